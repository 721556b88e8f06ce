/**
 * Calls an introspection endpoint (RFC 7662 §2.1) with a time limit of its own. The response has to be JSON of at most
 * 64 KB; redirects are not followed, because they would send the token and the secret elsewhere.
 */
import type { IntrospectionScheme } from '../../config/policies/introspection-scheme.ts';
import { policySchema } from '../../config/policies/policy.ts';
import { Problem } from '../../contract/problem.ts';
import { overloaded } from '../../contract/problems.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { parseRetryAfter } from '../../http/headers/retry-after.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import { Target } from '../../outbound/target.ts';

const DEADLINE = 2000;
const MAX_RESPONSE_BYTES = 65_536;

/** Concurrent calls. More are refused at once: a queue would only use up their time. */
const MAX_CALLS = 128;

/** Seconds after which a retry makes sense, where the authorization server does not say so. */
const RETRY_AFTER = 5;
const MAX_RETRY_AFTER = 60;

/** The circuit breaker of the verifier replaces that of the target, which does not see what a response says. */
const POLICY = policySchema.parse({
  deadline: DEADLINE,
  attemptTimeout: DEADLINE,
  connectTimeout: DEADLINE,
  idleTimeout: DEADLINE,
  retry: { attempts: 1 },
  bulkhead: { concurrent: MAX_CALLS, queued: 0 },
  breaker: { kind: 'consecutive', failures: 1_000_000 },
});

/** There is no usable response, so that nothing is known about the token. */
export class IntrospectionFailure extends Error {
  readonly retryAfter: number;
  /** Whether it speaks against the authorization server, and not against this one call. */
  readonly isOfServer: boolean;

  constructor(
    message: string,
    { retryAfter = RETRY_AFTER, isOfServer = true, cause = undefined as unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'IntrospectionFailure';
    this.retryAfter = retryAfter;
    this.isOfServer = isOfServer;
  }
}

export interface IntrospectionResult {
  readonly value: unknown;
  readonly bytes: number;
}

export class IntrospectionClient {
  readonly #target: Target;
  readonly #path: string;
  readonly #client: IntrospectionScheme['client'];

  constructor({ introspection, client }: Pick<IntrospectionScheme, 'introspection' | 'client'>) {
    const { origin, pathname, search } = new URL(introspection);
    this.#target = new Target('introspection', origin, { policy: POLICY, operations: new Map() });
    this.#path = pathname + search;
    this.#client = client;
  }

  /** @throws IntrospectionFailure */
  async introspect(token: string, secret: string): Promise<IntrospectionResult> {
    const { id, method } = this.#client;
    const form = new URLSearchParams({ token, token_type_hint: 'access_token' });
    const headers = ['accept', 'application/json', 'content-type', 'application/x-www-form-urlencoded'];
    if (method === 'basic') headers.push('authorization', basic(id, secret));
    else {
      form.set('client_id', id);
      form.set('client_secret', secret);
    }
    const request = { method: 'POST', path: this.#path, headers, body: Buffer.from(form.toString()) };
    try {
      return await read(await this.#target.send(request));
    } catch (cause) {
      throw toFailure(cause);
    }
  }

  /** Waits for the calls in flight. */
  close(): Promise<void> {
    return this.#target.close();
  }
}

/** Both parts are encoded like a form before they are joined (RFC 6749 §2.3.1). */
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeForm(id)}:${encodeForm(secret)}`).toString('base64')}`;

const encodeForm = (text: string): string => new URLSearchParams([['', text]]).toString().slice('='.length);

/** @throws IntrospectionFailure, or an error of the call */
async function read(response: UpstreamResponse): Promise<IntrospectionResult> {
  const { status } = response;
  const type = response.header('content-type') ?? '';
  const coding = response.header('content-encoding');
  const isJson = isJsonType(type) && (coding === undefined || coding === 'identity');
  if (status === 400 && isJson) throw failureOfError(await response.whole(MAX_RESPONSE_BYTES));
  if (status !== 200 || !isJson) {
    response.discard();
    throw status === 200
      ? new IntrospectionFailure('the response is not JSON')
      : failureOfStatus(status, response.header('retry-after'));
  }
  const bytes = await response.whole(MAX_RESPONSE_BYTES);
  try {
    return { value: JSON.parse(bytes.toString('utf8')), bytes: bytes.length };
  } catch {
    // The message of the parser quotes the text.
    throw new IntrospectionFailure('the response is not valid JSON');
  }
}

/** Errors that say that the client is wrong, and not the token (RFC 6749 §5.2). */
const CLIENT_ERRORS = ['invalid_client', 'unauthorized_client'];

const CHECK_CLIENT = '; check the client id and the secret';

function failureOfError(body: Buffer): IntrospectionFailure {
  const code = /"error"\s*:\s*"(\w{1,40})"/.exec(body.toString('utf8'))?.[1] ?? 'unknown';
  const isOfServer = CLIENT_ERRORS.includes(code);
  const hint = isOfServer ? CHECK_CLIENT : '';
  return new IntrospectionFailure(`the response has the status 400, error ${code}${hint}`, { isOfServer });
}

function failureOfStatus(status: number, retryAfter: string | undefined): IntrospectionFailure {
  const milliseconds = parseRetryAfter(retryAfter);
  const seconds = milliseconds === undefined ? RETRY_AFTER : Math.ceil(milliseconds / 1000);
  const hint = status === 401 || status === 403 ? CHECK_CLIENT : '';
  return new IntrospectionFailure(`the response has the status ${status}${hint}`, {
    retryAfter: Math.min(MAX_RETRY_AFTER, Math.max(1, seconds)),
    // Other statuses below 500 may be about this token alone.
    isOfServer: status < 400 || status >= 500 || [401, 403, 404, 405, 429].includes(status),
  });
}

function toFailure(cause: unknown): IntrospectionFailure {
  if (cause instanceof IntrospectionFailure) return cause;
  const isOverload = cause instanceof Problem && cause.type === overloaded;
  return new IntrospectionFailure((cause as Error).message, {
    cause,
    isOfServer: !isOverload,
    ...(isOverload && { retryAfter: 1 }),
  });
}
