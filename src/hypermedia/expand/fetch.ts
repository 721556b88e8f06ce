/**
 * Fetches the parts of an expansion. One loader a request: each target is fetched once, as the caller, however
 * often it is asked for, and many at once where their contract has an operation for that.
 */
import { bulkhead } from 'cockatiel';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../contract/problem.ts';
import { badGateway, upstreamTimeout } from '../../contract/problems.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body, Embedding } from '../formats/format.ts';
import type { GraphOperation } from '../graph/model.ts';
import { type Call, callFor, callsFor, keyOf, type Target } from './batch.ts';

/** A part that was fetched. */
export interface Part {
  readonly body: Body;
  /** Of it as JSON; counted where it is not known. */
  readonly bytes?: number | undefined;
  readonly cacheControl?: string | undefined;
}

/** A part that could not be had: its problem document. */
export interface FailedPart {
  readonly problem: Record<string, unknown>;
  /** Its `Retry-After`. */
  readonly retryAfter?: string | undefined;
}

/**
 * Gets one resource as the caller, in the caller's media type.
 * @throws Problem when no answer could be had
 */
export type FetchPart = (href: string, operation: GraphOperation) => Promise<Part | FailedPart>;

/** An answer, as far as it matters for an expansion. */
export interface PartAnswer {
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** Parsed, where the answer is JSON. */
  readonly body: unknown;
  readonly bytes?: number | undefined;
}

/** Takes an answer for a part when it is a 200 with a JSON object, and for a failure otherwise. */
export function partOf(answer: PartAnswer): Part | FailedPart {
  const { status, contentType = '', cacheControl, retryAfter, body, bytes } = answer;
  if (status === 200 && isJsonObject(body)) return { body, bytes, cacheControl };
  if (isJsonObject(body) && contentType.startsWith(PROBLEM_MEDIA_TYPE)) return { problem: body, retryAfter };
  const detail = status === 200 ? 'The answer is not a JSON object.' : `The answer has the status ${status}.`;
  return { problem: new Problem(badGateway, detail).toJSON() };
}

export interface LoaderOptions {
  readonly fetch: FetchPart;
  readonly format: Pick<Embedding, 'subjects' | 'hrefs' | 'alone'>;
  /** Calls that run at once. */
  readonly concurrency: number;
  /** Aborted when the time for the whole is over: what is not there by then has failed. */
  readonly deadline: AbortSignal;
  /**
   * Called with each part when it is here, before others are.
   * @throws Problem where that is too much: nothing more is fetched then
   */
  readonly onPart: (target: Target, part: Part) => void;
}

export class PartLoader {
  readonly #options: LoaderOptions;
  readonly #parts = new Map<string, Part | FailedPart>();
  readonly #slots: ReturnType<typeof bulkhead>;
  readonly #late: Promise<FailedPart>;
  #isRefused = false;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#slots = bulkhead(options.concurrency, Number.POSITIVE_INFINITY);
    const { deadline } = options;
    this.#late = new Promise((resolve) => {
      const expired = () =>
        resolve(failure(new Problem(upstreamTimeout, 'The time for the whole was over.')));
      if (deadline.aborted) expired();
      else deadline.addEventListener('abort', expired, { once: true });
    });
  }

  /** Fetches what is not there yet. */
  async load(targets: readonly Target[]): Promise<void> {
    const wanted = new Map(targets.map((target) => [keyOf(target), target]));
    for (const key of this.#parts.keys()) wanted.delete(key);
    await Promise.all(callsFor([...wanted.values()]).map((call) => this.#call(call)));
  }

  /** The parts of these keys that are here. */
  *known(keys: Iterable<string>): Iterable<[string, Part]> {
    for (const key of keys) {
      const part = this.#parts.get(key);
      if (part !== undefined && 'body' in part) yield [key, part];
    }
  }

  /** What `load` has brought. */
  part(target: Target): Part | FailedPart {
    const part = this.#parts.get(keyOf(target));
    if (part === undefined) throw new Error(`${target.href} was not loaded`);
    return part;
  }

  async #call(call: Call): Promise<void> {
    const { format } = this.#options;
    const answer = await this.#get(call);
    const [first, ...others] = call.targets;
    if (others.length === 0) {
      this.#take(first, answer);
      return;
    }
    const items = 'body' in answer ? format.subjects(answer.body) : [];
    const found = new Map(items.map((item) => [format.hrefs(item, 'self')[0], item]));
    await Promise.all(
      call.targets.map(async (target) => {
        const item = found.get(target.href);
        if (item !== undefined) this.#take(target, itemPart(answer as Part, format.alone(item)));
        // What fails for all would fail for each; what was only refused or left out may be there, or says why not.
        else if ('problem' in answer && !isRefusal(answer)) this.#take(target, answer);
        else this.#take(target, await this.#get(callFor(target)));
      }),
    );
  }

  /** @throws Problem as `onPart` does */
  #take(target: Target, part: Part | FailedPart): void {
    this.#parts.set(keyOf(target), part);
    if (this.#isRefused || 'problem' in part) return;
    try {
      this.#options.onPart(target, part);
    } catch (refusal) {
      this.#isRefused = true;
      throw refusal;
    }
  }

  #get({ href, operation }: Call): Promise<Part | FailedPart> {
    const answer = this.#slots.execute(() =>
      this.#options.deadline.aborted || this.#isRefused ? this.#late : this.#options.fetch(href, operation),
    );
    // What is broken off because the time was over has failed by that, not by itself.
    const { deadline } = this.#options;
    return Promise.race([
      answer.catch((error) => (deadline.aborted ? this.#late : failed(error))),
      this.#late,
    ]);
  }
}

/** What the page as a whole could not embed is told with each of its items. */
function itemPart({ body, cacheControl }: Part, item: Body): Part {
  const { _expandErrors } = body;
  return { body: _expandErrors === undefined ? item : { ...item, _expandErrors }, cacheControl };
}

const isRefusal = ({ problem }: FailedPart): boolean => Number(problem.status) < 500;

const failure = (problem: Problem): FailedPart => ({
  problem: problem.toJSON(),
  retryAfter: problem.headers['Retry-After'],
});

const failed = (error: unknown): FailedPart => {
  if (error instanceof Problem) return failure(error);
  throw error;
};
