/**
 * Fetches the parts of an expansion. One loader a request: each target is fetched once, as the caller, however
 * often it is asked for.
 */
import { PROBLEM_MEDIA_TYPE, Problem } from '../../contract/problem.ts';
import { badGateway } from '../../contract/problems.ts';
import type { Body } from '../formats/format.ts';
import type { GraphOperation } from '../graph.ts';
import { withQuery } from '../href.ts';
import { type ExpandTree, formatExpand } from './parse.ts';
import { type ExpandLimits, limitProblem } from './plan.ts';

/** A part that was fetched. */
export interface Part {
  readonly body: Body;
  readonly cacheControl?: string | undefined;
}

/** A part that could not be had: its problem document. */
export interface FailedPart {
  readonly problem: Record<string, unknown>;
}

/**
 * Gets one resource as the caller, in the caller's media type.
 * @throws Problem when no answer could be had
 */
export type FetchPart = (href: string, operation: GraphOperation) => Promise<Part | FailedPart>;

/** An entry of `_expandErrors`, without its path. */
export interface PartFailure extends FailedPart {
  readonly href: string;
}

/** An answer, as far as it matters for an expansion. */
export interface PartAnswer {
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  /** Parsed, where the answer is JSON. */
  readonly body: unknown;
}

/** Takes an answer for a part when it is a 200 with a JSON object, and for a failure otherwise. */
export function partOf({ status, contentType = '', cacheControl, body }: PartAnswer): Part | FailedPart {
  const object = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (status === 200 && object) return { body: body as Body, cacheControl };
  if (object && contentType.startsWith(PROBLEM_MEDIA_TYPE)) return { problem: body as Body };
  const detail = status === 200 ? 'The answer is not a JSON object.' : `The answer has the status ${status}.`;
  return { problem: new Problem(badGateway, detail).toJSON() };
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
    const part = this.#fetch(asked, operation).then(
      (answer) => ('problem' in answer ? { href, ...answer } : answer),
      (error: unknown) => {
        if (error instanceof Problem) return { href, problem: error.toJSON() };
        throw error;
      },
    );
    this.#parts.set(asked, part);
    return part;
  }
}
