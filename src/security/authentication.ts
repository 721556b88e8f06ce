/** What the credentials of one request prove, and which of them are not valid. */
import type { Caller } from '../contract/caller.ts';
import { callerId } from './caller-id.ts';
import type { Identity, Rejected, Unavailable } from './verifier.ts';

export interface Authentication {
  /** Undefined if no credentials are valid. */
  readonly caller: Caller | undefined;
  /** The reason for each scheme whose credentials are not valid, or cannot be verified. */
  readonly faults: ReadonlyMap<string, Rejected | Unavailable>;
}

export const ANONYMOUS: Authentication = { caller: undefined, faults: new Map() };

/** One scheme is the rule, and its identity comes from a cache. */
const callers = new WeakMap<Identity, Map<string, Authentication>>();

/** @param identities what was proven, by scheme, in the order of the configuration */
export function authenticationOf(
  identities: ReadonlyMap<string, Identity>,
  faults: ReadonlyMap<string, Rejected | Unavailable>,
): Authentication {
  const [first, ...others] = identities;
  if (first === undefined) return faults.size === 0 ? ANONYMOUS : { caller: undefined, faults };
  if (others.length > 0) return { caller: callerOf(identities), faults };
  const [scheme, identity] = first;
  const known = authenticationBy(scheme, identity);
  // Another scheme that takes the same place refuses the credentials: the caller is still the same.
  return faults.size === 0 ? known : { caller: known.caller, faults };
}

/** What one scheme alone proves. It is made once for each identity. */
export function authenticationBy(scheme: string, identity: Identity): Authentication {
  const byScheme = callers.get(identity) ?? new Map<string, Authentication>();
  const known = byScheme.get(scheme);
  if (known !== undefined) return known;
  const authentication: Authentication = {
    caller: callerOf(new Map([[scheme, identity]])),
    faults: new Map(),
  };
  callers.set(identity, byScheme.set(scheme, authentication));
  return authentication;
}

/** The first identity names the caller; each adds its scopes. */
function callerOf(identities: ReadonlyMap<string, Identity>): Caller {
  const all = [...identities];
  const [, { issuer, subject, client, claims = {} }] = all[0] as [string, Identity];
  return {
    id: callerId(all.map(([scheme, one]) => ({ ...one, scheme }))),
    issuer,
    subject,
    client,
    grants: new Map(all.map(([scheme, { scopes }]) => [scheme, scopes])),
    expiresAt: Math.min(...all.map(([, { expiresAt }]) => expiresAt)),
    claims,
  };
}
