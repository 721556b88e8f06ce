/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a request that comes again is not done again,
 * but answered as the first was. The answer is kept in the transaction that does the work, so either both are
 * there or neither, whenever a process ends. Only what has succeeded is kept: a problem changed nothing, and
 * the same request may find another state next time.
 *
 * Reads `Idempotency-Key`, `Authorization`, `Cookie`: a key belongs to its caller. Throws bad-request (400),
 * idempotency-key-in-flight (409), idempotency-key-reused (422).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../contract/problem.ts';
import { badRequest, idempotencyKeyInFlight, idempotencyKeyReused } from '../../contract/problems.ts';
import { IDEMPOTENCY_KEY } from '../../contract/schemas/request-headers.ts';
import type { FoundAnswer, IdempotencyKey, IdempotencyKeys } from '../../storage/idempotency-keys.ts';
import { unitOfWork } from '../../storage/unit-of-work.ts';
import { digest, ownerOf } from './key-owner.ts';

const IDEMPOTENCY_KEY_HEADER = 'idempotency-key';

/** What a handler gave. */
export interface HandlerResult {
  readonly status: number;
  readonly body?: unknown;
}

export interface IdempotentResult {
  readonly result: HandlerResult;
  readonly isReplay: boolean;
}

const RETRY_AFTER_SECONDS = '1';

/** Another instance has kept an answer under the same key in the meantime. */
class KeyTakenError extends Error {}

export class Idempotency {
  readonly #keys: Pick<IdempotencyKeys, 'find' | 'keep'>;
  readonly #inFlight = new Set<string>();

  constructor(keys: Pick<IdempotencyKeys, 'find' | 'keep'>) {
    this.#keys = keys;
  }

  /**
   * Does the work of a request once, as one unit.
   * @param request what makes two requests the same
   */
  async runOnce(
    headers: IncomingHttpHeaders,
    request: unknown,
    work: () => Promise<HandlerResult>,
  ): Promise<IdempotentResult> {
    const key = keyOf(headers);
    if (key === undefined) return { result: await unitOfWork(work), isReplay: false };
    const fingerprint = digest(JSON.stringify(request));
    const name = `${key.caller} ${key.key}`;
    if (this.#inFlight.has(name))
      throw new Problem(idempotencyKeyInFlight, 'The first request is still being handled.', {
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
      const reply = await unitOfWork(async () => {
        const given = await work();
        if (!(await this.#keys.keep(key, { fingerprint, ...given }))) throw new KeyTakenError();
        return given;
      });
      return { result: reply, isReplay: false };
    } catch (error) {
      // Another instance may have done it: then its answer counts, and what was in the way is its work.
      return this.#replayOr(key, fingerprint, () => Promise.reject(error));
    }
  }

  async #replayOr(
    key: IdempotencyKey,
    fingerprint: string,
    otherwise: () => Promise<IdempotentResult>,
  ): Promise<IdempotentResult> {
    const kept = await this.#keys.find(key);
    return kept === undefined ? otherwise() : { result: replay(kept, fingerprint), isReplay: true };
  }
}

function replay({ fingerprint, isOwn, ...reply }: FoundAnswer, requestFingerprint: string): HandlerResult {
  if (!isOwn)
    throw new Problem(
      idempotencyKeyReused,
      'The key came before with other credentials of the same subject, and what was asked for then has been done. Its response is for those credentials alone; read the resource instead.',
    );
  if (fingerprint === requestFingerprint) return reply;
  throw new Problem(idempotencyKeyReused, 'The key came before with another operation or other input.');
}

/** @throws Problem bad-request (400); the draft has the key quoted, and nearly nobody sends it so */
function keyOf(headers: IncomingHttpHeaders): IdempotencyKey | undefined {
  const given = headers[IDEMPOTENCY_KEY_HEADER];
  if (given === undefined) return undefined;
  const [, quoted, bare] = IDEMPOTENCY_KEY.exec(String(given)) ?? [];
  const key = quoted ?? bare;
  if (key === undefined)
    throw new Problem(
      badRequest,
      'An Idempotency-Key has 1 to 255 visible ASCII characters, without quotes inside.',
    );
  return { key, ...ownerOf(headers) };
}
