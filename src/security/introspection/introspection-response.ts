/** Turns the response of an introspection endpoint (RFC 7662 §2.2) into an identity, or into a refusal. */
import { z } from 'zod';
import type { Identity, Rejected } from '../verifier.ts';

export interface IntrospectionChecks {
  /** The origin of the endpoint, which vouches for the subject where the response names no issuer. */
  readonly origin: string;
  readonly issuer?: string | undefined;
  readonly audience?: readonly string[] | undefined;
}

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
/** Seconds since 1970. */
const time = z.number().nonnegative().max(8.64e12);

const responseSchema = z.looseObject({
  active: z.boolean(),
  scope: texts.optional(),
  client_id: z.string().optional(),
  sub: z.string().optional(),
  iss: z.string().optional(),
  aud: texts.optional(),
  exp: time.optional(),
  nbf: time.optional(),
  token_type: z.string().optional(),
  token_use: z.string().optional(),
});

type Response = z.output<typeof responseSchema>;

/** Milliseconds by which the clocks may differ. */
const SKEW = 30_000;

const INVALID = 'The token is not valid.';
const EXPIRED = 'The token has expired.';

/** The value is not a response of RFC 7662, and says nothing about the token. */
interface Malformed {
  /** The members that are wrong. */
  readonly malformed: string;
}

export function identityOfResponse(
  value: unknown,
  checks: IntrospectionChecks,
  now: number,
): Identity | Rejected | Malformed {
  const { data, error } = responseSchema.safeParse(value);
  if (data === undefined) return { malformed: membersOf(error) };
  const refuse = (reason: string, rejected = INVALID): Rejected => ({ rejected, reason });
  if (!data.active) return refuse('the authorization server says that the token is not active');
  const expiresAt = data.exp === undefined ? Number.POSITIVE_INFINITY : data.exp * 1000;
  if (expiresAt <= now) return refuse('exp is in the past', EXPIRED);
  if (data.nbf !== undefined && data.nbf * 1000 > now + SKEW) return refuse('nbf is in the future');
  const fault = kindFault(data) ?? placeFault(data, checks);
  if (fault !== undefined) return refuse(fault);
  const subject = subjectOf(data);
  if (subject === undefined) return refuse('the response has neither sub nor client_id');
  return {
    issuer: data.iss ?? checks.issuer ?? checks.origin,
    subject,
    client: data.client_id,
    scopes: new Set(data.scope?.flatMap((text) => text.split(' ')).filter(Boolean)),
    expiresAt,
    claims: Object.freeze({ ...(value as Record<string, unknown>) }),
  };
}

const membersOf = ({ issues }: z.ZodError): string =>
  [...new Set(issues.map(({ path }) => String(path[0] ?? 'the whole body')))].join(', ');

/** A value of the authorization server in a reason, of limited length. */
const quote = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 200);

/** Why the token is no bearer token for access. Authorization servers introspect refresh tokens too. */
function kindFault({ token_type = 'bearer', token_use = 'access_token', cnf }: Response): string | undefined {
  if (cnf !== undefined) return 'the token is bound to a key of the client (cnf), which is not verified here';
  if (!/^(?:bearer|access_token)$/i.test(token_type))
    return `the token is of the type ${quote(token_type)}, and not a bearer token`;
  if (!/^access(?:_token)?$/i.test(token_use))
    return `the token is for the use ${quote(token_use)}, and not for access`;
  return undefined;
}

function placeFault({ iss, aud }: Response, { issuer, audience }: IntrospectionChecks): string | undefined {
  if (issuer !== undefined && iss !== issuer) return `iss is ${quote(iss)}`;
  if (audience !== undefined && !aud?.some((one) => audience.includes(one))) return `aud is ${quote(aud)}`;
  return undefined;
}

/**
 * Tokens that a program got for itself often have no `sub`. A program may be registered under the name of a user, so
 * that its subject must not look like one (RFC 9700 §4.15).
 */
function subjectOf({ sub, client_id }: Response): string | undefined {
  if (sub) return sub;
  return client_id ? `client:${client_id}` : undefined;
}
