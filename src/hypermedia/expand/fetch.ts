/**
 * Fetches the parts of an expansion. One loader a request: each target is fetched once, as the caller, however
 * often it is asked for.
 */
import { Problem } from '../../contract/problem.ts';
import type { GraphOperation } from '../graph.ts';
import { withQuery } from '../href.ts';
import { type ExpandTree, formatExpand } from './parse.ts';
import { type ExpandLimits, limitProblem } from './plan.ts';

export type HalBody = Record<string, unknown>;

/** A part that was fetched. */
export interface Part {
  readonly body: HalBody;
  readonly cacheControl?: string | undefined;
}

/**
 * Gets one resource as the caller, in the caller's media type.
 * @throws Problem when there is no 200 with a JSON object: its own problem, as far as it has one
 */
export type FetchPart = (href: string, operation: GraphOperation) => Promise<Part>;

/** A part that could not be had: an entry of `_expandErrors`. */
export interface PartFailure {
  readonly href: string;
  readonly problem: Record<string, unknown>;
}

export class PartLoader {
  readonly #fetch: FetchPart;
  readonly #limits: ExpandLimits;
  readonly #parts = new Map<string, Promise<Part | PartFailure>>();

  constructor(fetch: FetchPart, limits: ExpandLimits) {
    this.#fetch = fetch;
    this.#limits = limits;
  }

  /**
   * @param expand what the target's server embeds by itself
   * @throws Problem expand-limit (400) when the answer would hold too many resources
   */
  load(href: string, operation: GraphOperation, expand: ExpandTree): Promise<Part | PartFailure> {
    const asked = expand.size === 0 ? href : withQuery(href, [['expand', formatExpand(expand)]]);
    const known = this.#parts.get(asked);
    if (known !== undefined) return known;
    if (this.#parts.size >= this.#limits.resources) throw limitProblem('resources', this.#limits.resources);
    const part = this.#fetch(asked, operation).catch((error: unknown) => {
      if (error instanceof Problem) return { href, problem: error.toJSON() };
      throw error;
    });
    this.#parts.set(asked, part);
    return part;
  }
}
