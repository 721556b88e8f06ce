/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a repeated request is not executed again, but gets
 * the response of the first. The response is stored in the transaction that does the work, so that both are
 * committed or neither, even when the process is killed. Only successful responses are stored: a problem has
 * changed nothing, and the same request may find another state next time.
 *
 * Reads `Idempotency-Key`, `Authorization`, `Cookie`: a key belongs to the caller that sent it. Throws bad-request
 * (400), idempotency-key-in-flight (409), idempotency-key-reused (422).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../contract/caller.ts';
import { Problem } from '../../contract/problem.ts';
import { badRequest, idempotencyKeyInFlight, idempotencyKeyReused } from '../../contract/problems.ts';
import { IDEMPOTENCY_KEY } from '../../contract/schemas/request-headers.ts';
import type { FoundResult, IdempotencyKey, IdempotencyKeys } from '../../storage/idempotency-keys.ts';
import { unitOfWork } from '../../storage/unit-of-work.ts';
import { digest, ownerOf } from './key-owner.ts';

const IDEMPOTENCY_KEY_HEADER = 'idempotency-key';

/** The result of a handler. */
export interface HandlerResult {
  readonly status: number;
  readonly body?: unknown;
}

export interface IdempotentResult {
  readonly result: HandlerResult;
  readonly isReplay: boolean;
}

const RETRY_AFTER_SECONDS = '1';

/** Another instance has stored a response under the same key in the meantime. */
class KeyTakenError extends Error {}

export class Idempotency {
  readonly #keys: Pick<IdempotencyKeys, 'find' | 'keep'>;
  readonly #inFlight = new Set<string>();

  constructor(keys: Pick<IdempotencyKeys, 'find' | 'keep'>) {
    this.#keys = keys;
  }

  /**
   * Runs the work of a request once, as one unit of work.
   * @param request identifies equal requests
   * @param caller owns the key; undefined where the service does not know it
   */
  async runOnce(
    headers: IncomingHttpHeaders,
    request: unknown,
    work: () => Promise<HandlerResult>,
    caller?: Caller,
  ): Promise<IdempotentResult> {
    const key = keyOf(headers, caller);
    if (key === undefined) return { result: await unitOfWork(work), isReplay: false };
    const fingerprint = digest(JSON.stringify(request));
    const name = `${key.caller} ${key.key}`;
    if (this.#inFlight.has(name))
      throw new Problem(idempotencyKeyInFlight, 'The first request with this key is still in progress.', {
        headers: { 'Retry-After': RETRY_AFTER_SECONDS },
      });
    this.#inFlight.add(name);
    try {
      return await this.#replayOr(key, fingerprint, () => this.#runFirst(key, fingerprint, work));
    } finally {
      this.#inFlight.delete(name);
    }
  }

  async #runFirst(
    key: IdempotencyKey,
    fingerprint: string,
    work: () => Promise<HandlerResult>,
  ): Promise<IdempotentResult> {
    try {
      const result = await unitOfWork(async () => {
        const handlerResult = await work();
        if (!(await this.#keys.keep(key, { fingerprint, ...handlerResult }))) throw new KeyTakenError();
        return handlerResult;
      });
      return { result, isReplay: false };
    } catch (error) {
      // Another instance may have done the work, and its commit caused the error. Its response is used then.
      return this.#replayOr(key, fingerprint, () => Promise.reject(error));
    }
  }

  async #replayOr(
    key: IdempotencyKey,
    fingerprint: string,
    otherwise: () => Promise<IdempotentResult>,
  ): Promise<IdempotentResult> {
    const stored = await this.#keys.find(key);
    return stored === undefined ? otherwise() : { result: replay(stored, fingerprint), isReplay: true };
  }
}

function replay({ fingerprint, isOwn, ...result }: FoundResult, requestFingerprint: string): HandlerResult {
  if (!isOwn)
    throw new Problem(
      idempotencyKeyReused,
      'The key was used before with other credentials of the same subject, and that request has been executed. Its response is only available with those credentials; read the resource instead.',
    );
  if (fingerprint === requestFingerprint) return result;
  throw new Problem(idempotencyKeyReused, 'The key was used before for another operation or other input.');
}

/** @throws Problem bad-request (400); the draft requires quotes around the key, but few clients send them */
function keyOf(headers: IncomingHttpHeaders, caller: Caller | undefined): IdempotencyKey | undefined {
  const header = headers[IDEMPOTENCY_KEY_HEADER];
  if (header === undefined) return undefined;
  const [, quoted, bare] = IDEMPOTENCY_KEY.exec(String(header)) ?? [];
  const key = quoted ?? bare;
  if (key === undefined)
    throw new Problem(
      badRequest,
      'An Idempotency-Key must have 1 to 255 visible ASCII characters, without quotes inside.',
    );
  return { key, ...ownerOf(headers, caller) };
}
