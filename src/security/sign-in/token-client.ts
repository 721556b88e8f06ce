/**
 * Exchanges the code of a finished sign-in for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). The response has to be JSON of at
 * most 64 KB; redirects are not followed, because they would send the code and the secret elsewhere.
 */
import { policySchema } from '../../config/policies/policy.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import { Target } from '../../outbound/target.ts';
import { clientSecretBasic } from '../client-secret-basic.ts';
import { isJsonObject } from '../jwt/json-object.ts';

const DEADLINE = 5000;
const MAX_RESPONSE_BYTES = 65_536;

/** A code works once, so that the request is never repeated. */
const POLICY = policySchema.parse({
  deadline: DEADLINE,
  attemptTimeout: DEADLINE,
  connectTimeout: 2000,
  idleTimeout: DEADLINE,
  retry: { attempts: 1 },
  bulkhead: { concurrent: 32, queued: 32 },
});

/** The provider refuses the code. */
export class CodeRefused extends Error {}

export interface TokenRequest {
  readonly endpoint: string;
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly secret: string | undefined;
  readonly code: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

export class TokenClient {
  /** By origin. There is one, unless the metadata of the provider changes. */
  readonly #targets = new Map<string, Target>();

  /**
   * @throws CodeRefused if the provider refuses the code
   * @throws Error with the reason, without any text of the response, if there is no usable response
   */
  async exchange(request: TokenRequest): Promise<Readonly<Record<string, unknown>>> {
    const { endpoint, clientId, secret, code, verifier, redirectUri } = request;
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: redirectUri,
    });
    const headers = ['accept', 'application/json', 'content-type', 'application/x-www-form-urlencoded'];
    if (secret === undefined) form.set('client_id', clientId);
    else headers.push('authorization', clientSecretBasic(clientId, secret));
    const { origin, pathname, search } = new URL(endpoint);
    const response = await this.#target(origin).send({
      method: 'POST',
      path: pathname + search,
      headers,
      body: Buffer.from(form.toString()),
    });
    return read(response);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#targets.values()].map((target) => target.close()));
  }

  #target(origin: string): Target {
    const known = this.#targets.get(origin);
    if (known !== undefined) return known;
    for (const target of this.#targets.values()) void target.close();
    this.#targets.clear();
    const target = new Target('identity provider', origin, { policy: POLICY, operations: new Map() });
    this.#targets.set(origin, target);
    return target;
  }
}

async function read(response: UpstreamResponse): Promise<Readonly<Record<string, unknown>>> {
  const { status } = response;
  if (!isJsonType(response.header('content-type') ?? '') || (status !== 200 && status !== 400)) {
    response.discard();
    throw new Error(status === 200 ? 'the response is not JSON' : `the response has the status ${status}`);
  }
  const body = parse(await response.whole(MAX_RESPONSE_BYTES));
  if (status === 200) return body;
  const code = /^\w{1,40}$/.exec(String(body.error))?.[0] ?? 'unknown';
  if (code === 'invalid_grant') throw new CodeRefused(code);
  throw new Error(`the response has the status 400, error ${code}`);
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    // The message of the parser quotes the text.
  }
  if (!isJsonObject(value)) throw new Error('the response is not a JSON object');
  return value;
}
