/**
 * Fetches the parts of an expansion. Each request has one loader. Each target is fetched once on behalf of the
 * client, however often it is needed, and in batches where the contract has an operation for them.
 */
import { bulkhead } from 'cockatiel';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../contract/problem.ts';
import { badGateway, rateLimited, upstreamTimeout } from '../../contract/problems.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body, Embedding } from '../formats/format.ts';
import type { GraphOperation } from '../graph/model.ts';
import { type ExpandTarget, type PartRequest, planRequests, singleRequest, targetKey } from './batch.ts';

/** A fetched part. */
export interface FetchedPart {
  readonly body: Body;
  /** The size of its JSON; measured if unknown. */
  readonly bytes?: number | undefined;
  readonly cacheControl?: string | undefined;
}

/** A part that could not be fetched: its problem document. */
export interface FailedPart {
  readonly problem: Record<string, unknown>;
  /** The `Retry-After` header of the response. */
  readonly retryAfter?: string | undefined;
  /** The `WWW-Authenticate` header of the response. */
  readonly challenge?: string | undefined;
}

/**
 * Fetches one resource on behalf of the client, in the client's media type.
 * @throws Problem if there is no response
 */
export type FetchPart = (href: string, operation: GraphOperation) => Promise<FetchedPart | FailedPart>;

/** The parts of a response that an expansion needs. */
export interface PartResponse {
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly retryAfter?: string | undefined;
  readonly challenge?: string | undefined;
  /** The parsed body of a JSON response. */
  readonly body: unknown;
  readonly bytes?: number | undefined;
}

/** A 200 response with a JSON object is a part; all other responses are failures. */
export function toPart(response: PartResponse): FetchedPart | FailedPart {
  const { status, contentType = '', cacheControl, retryAfter, challenge, body, bytes } = response;
  if (status === 200 && isJsonObject(body)) return { body, bytes, cacheControl };
  if (isJsonObject(body) && contentType.startsWith(PROBLEM_MEDIA_TYPE))
    return { problem: body, retryAfter, challenge };
  const detail =
    status === 200 ? 'The response is not a JSON object.' : `The response has the status ${status}.`;
  return { problem: new Problem(badGateway, detail).toJSON() };
}

export interface LoaderOptions {
  readonly fetch: FetchPart;
  readonly format: Pick<Embedding, 'resources' | 'hrefs' | 'standalone'>;
  /** The most concurrent requests. */
  readonly concurrency: number;
  /** Aborted at the deadline of the whole request; parts that have not arrived fail. */
  readonly deadline: AbortSignal;
  /**
   * Called with each part as it arrives.
   * @throws Problem if a limit is exceeded; then nothing more is fetched
   */
  readonly onPart: (target: ExpandTarget, part: FetchedPart) => void;
}

export class PartLoader {
  readonly #options: LoaderOptions;
  readonly #parts = new Map<string, FetchedPart | FailedPart>();
  readonly #slots: ReturnType<typeof bulkhead>;
  readonly #expired: Promise<FailedPart>;
  #isAborted = false;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#slots = bulkhead(options.concurrency, Number.POSITIVE_INFINITY);
    const { deadline } = options;
    this.#expired = new Promise((resolve) => {
      const expired = () =>
        resolve(failure(new Problem(upstreamTimeout, 'The time limit of the whole request expired.')));
      if (deadline.aborted) expired();
      else deadline.addEventListener('abort', expired, { once: true });
    });
  }

  /** Fetches the targets that have not been fetched. */
  async load(targets: readonly ExpandTarget[]): Promise<void> {
    const missing = new Map(targets.map((target) => [targetKey(target), target]));
    for (const key of this.#parts.keys()) missing.delete(key);
    await Promise.all(planRequests([...missing.values()]).map((call) => this.#request(call)));
  }

  /** The fetched parts with these keys. */
  *loaded(keys: Iterable<string>): Iterable<[string, FetchedPart]> {
    for (const key of keys) {
      const part = this.#parts.get(key);
      if (part !== undefined && 'body' in part) yield [key, part];
    }
  }

  /** The result that `load` fetched. */
  part(target: ExpandTarget): FetchedPart | FailedPart {
    const part = this.#parts.get(targetKey(target));
    if (part === undefined) throw new Error(`${target.href} was not loaded`);
    return part;
  }

  async #request(call: PartRequest): Promise<void> {
    const { format } = this.#options;
    const result = await this.#fetch(call);
    const [first, ...others] = call.targets;
    if (others.length === 0) {
      this.#store(first, result);
      return;
    }
    const items = 'body' in result ? format.resources(result.body) : [];
    const found = new Map(items.map((item) => [format.hrefs(item, 'self')[0], item]));
    await Promise.all(
      call.targets.map(async (target) => {
        const item = found.get(target.href);
        if (item !== undefined) this.#store(target, itemPart(result as FetchedPart, format.standalone(item)));
        // A server error of the batch would occur for each target too, and so would a limit. A target that was
        // rejected or left out may exist, so it is fetched alone.
        else if ('problem' in result && !mayDifferAlone(result)) this.#store(target, result);
        else this.#store(target, await this.#fetch(singleRequest(target)));
      }),
    );
  }

  /** @throws Problem as `onPart` does */
  #store(target: ExpandTarget, part: FetchedPart | FailedPart): void {
    this.#parts.set(targetKey(target), part);
    if (this.#isAborted || 'problem' in part) return;
    try {
      this.#options.onPart(target, part);
    } catch (refusal) {
      this.#isAborted = true;
      throw refusal;
    }
  }

  #fetch({ href, operation }: PartRequest): Promise<FetchedPart | FailedPart> {
    const result = this.#slots.execute(() =>
      this.#options.deadline.aborted || this.#isAborted
        ? this.#expired
        : this.#options.fetch(href, operation),
    );
    // A request that was aborted at the deadline fails because of the deadline.
    const { deadline } = this.#options;
    return Promise.race([
      result.catch((error) => (deadline.aborted ? this.#expired : failedFetch(error))),
      this.#expired,
    ]);
  }
}

/** Failures that the page reported are reported with each of its items. */
function itemPart({ body, cacheControl }: FetchedPart, item: Body): FetchedPart {
  const { _expandErrors } = body;
  return { body: _expandErrors === undefined ? item : { ...item, _expandErrors }, cacheControl };
}

const mayDifferAlone = ({ problem: { status } }: FailedPart): boolean =>
  Number(status) < 500 && status !== rateLimited.status;

const failure = (problem: Problem): FailedPart => ({
  problem: problem.toJSON(),
  retryAfter: problem.headers['Retry-After'],
  challenge: problem.headers['WWW-Authenticate'],
});

const failedFetch = (error: unknown): FailedPart => {
  if (error instanceof Problem) return failure(error);
  throw error;
};
