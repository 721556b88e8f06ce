/**
 * The problem of a request that is not allowed: 401 if credentials are missing or not valid, 403 if a scope is missing
 * (RFC 6750 §3), 503 if credentials cannot be verified.
 */
import { type Grants, NO_GRANTS } from '../contract/caller.ts';
import { Problem } from '../contract/problem.ts';
import {
  authenticationRequired,
  authenticationUnavailable,
  authenticationUnconfigured,
  insufficientScope,
} from '../contract/problems.ts';
import { missingScopes, type Requirement, type Requirements } from '../openapi/security-requirements.ts';
import type { Authentication } from './authentication.ts';
import { type Challenge, challengeText } from './challenge.ts';
import type { CredentialPlace } from './credentials.ts';
import type { Rejected, Unavailable } from './verifier.ts';

export interface Needs {
  readonly requirements: Requirements;
  /** Where the credentials of each scheme are. Schemes that cannot be verified are missing. */
  readonly places: ReadonlyMap<string, CredentialPlace>;
}

/** Seconds after which a client may try again where an operator has to change something. */
const UNCONFIGURED_RETRY_AFTER = '60';

export function refusalOf(needs: Needs, { caller, faults }: Authentication, realm: string): Problem {
  const verifiable = needs.requirements.filter((requirement) =>
    requirement.every(({ scheme }) => needs.places.has(scheme)),
  );
  if (verifiable.length === 0) return unconfigured();
  const schemes = new Set(verifiable.flat().map(({ scheme }) => scheme));
  const relevant = [...faults].filter(([scheme]) => schemes.has(scheme));
  const unavailable = relevant.flatMap(([, fault]) => ('unavailable' in fault ? [fault] : []));
  if (unavailable.length > 0) return unavailableFor(unavailable);
  const grants = caller?.grants ?? NO_GRANTS;
  const missing = missingScopes(verifiable, grants);
  if (missing.length > 0) return forbidden(verifiable, { missing, grants }, needs, realm);
  return unauthorized(schemes, relevant, needs, realm);
}

const unconfigured = (): Problem =>
  new Problem(
    authenticationUnconfigured,
    'This operation requires credentials that this server is not configured to verify.',
    { headers: { 'Retry-After': UNCONFIGURED_RETRY_AFTER } },
  );

const unavailableFor = (faults: readonly Unavailable[]): Problem =>
  new Problem(authenticationUnavailable, 'The credentials cannot be verified at the moment.', {
    headers: { 'Retry-After': String(Math.max(1, ...faults.map((one) => Math.ceil(one.retryAfter)))) },
  });

interface Missing {
  readonly missing: readonly string[];
  readonly grants: Grants;
}

function forbidden(
  verifiable: Requirements,
  { missing, grants }: Missing,
  { places }: Needs,
  realm: string,
): Problem {
  const requirement = verifiable.find((one) => isMissing(one, missing, grants)) ?? [];
  const challenges = requirement.flatMap(({ scheme, scopes }): Challenge[] => {
    const place = places.get(scheme);
    if (place === undefined) return [];
    const description = 'The credentials do not have the scopes that this operation requires';
    return [{ place, realm, error: 'insufficient_scope', description, scopes }];
  });
  const noun = missing.length === 1 ? 'This scope is' : 'These scopes are';
  return new Problem(insufficientScope, `${noun} missing: ${missing.join(', ')}.`, {
    extensions: { missing },
    headers: { 'WWW-Authenticate': challengeText(challenges) },
  });
}

/** Whether these are the scopes that a requirement lacks. */
const isMissing = (requirement: Requirement, missing: readonly string[], grants: Grants): boolean =>
  missingScopes([requirement], grants).join(' ') === missing.join(' ');

function unauthorized(
  schemes: ReadonlySet<string>,
  faults: readonly (readonly [string, Rejected | Unavailable])[],
  { places }: Needs,
  realm: string,
): Problem {
  const rejected = new Map(
    faults.flatMap(([scheme, fault]) => ('rejected' in fault ? [[scheme, fault.rejected]] : [])),
  );
  const challenges = [...schemes].flatMap((scheme): Challenge[] => {
    const place = places.get(scheme);
    if (place === undefined) return [];
    const description = rejected.get(scheme);
    return [{ place, realm, ...(description !== undefined && { error: 'invalid_token', description }) }];
  });
  const [reason] = rejected.values();
  return new Problem(authenticationRequired, reason ?? 'This operation requires credentials.', {
    headers: { 'WWW-Authenticate': challengeText(challenges) },
  });
}
