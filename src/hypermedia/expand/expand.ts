/**
 * Expands a body by a plan, level by level. The parts of a level are fetched together and then embedded in the
 * plan's order, so that the order of arrival has no effect. Services and the gateway use the same engine.
 */

import { stringifyExact } from '../../codecs/exact-json.ts';
import type { ExpandLimits } from '../../config/limits.ts';
import { matchPath } from '../../http/uri/href.ts';
import { queryOf, splitTarget } from '../../http/uri/target.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { ExpressionContext } from '../../openapi/runtime-expression.ts';
import type { Body, Embedding } from '../formats/format.ts';
import type { Link } from '../graph/model.ts';
import { linkValue } from '../graph/resolve-link.ts';
import { type ExpandTarget, targetKey } from './batch.ts';
import { type FailedPart, type FetchedPart, type FetchPart, PartLoader } from './fetch.ts';
import { freshness, keepExpand } from './merge.ts';
import { checkLimit, type PlanNode, pushdown } from './plan.ts';
import { copyBody, receivedSize } from './received.ts';

export interface ExpandOptions {
  readonly fetch: FetchPart;
  /** The format of the body and of its parts. */
  readonly format: Embedding;
  /** The complete `expand` of the client, for the paging links. */
  readonly expand: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly limits: ExpandLimits;
  /** Aborted at the deadline; parts that have not arrived are left out. */
  readonly deadline: AbortSignal;
  /** The parts of the request that links to refused relations depend on. */
  readonly request?: ExpressionParts | undefined;
  /** Whether the expanded body is changed later, so that its parts must be copied for each place. */
  readonly isProjected?: boolean;
}

export interface ExpansionResult {
  readonly body: Body;
  readonly cacheControl: string;
  /** Parts that could not be fetched. */
  readonly failures: readonly ExpandFailure[];
  /** The size of all embedded parts. */
  readonly bytes: number;
}

/** An entry of `_expandErrors`, and internal details. */
export interface ExpandFailure extends FailedPart {
  readonly path: string;
  readonly href: string;
}

type ExpressionParts = Pick<ExpressionContext, 'path' | 'query'>;

type Ancestors = readonly (string | undefined)[];

const NOTHING: readonly never[] = [];

/** A resource, and a relation of it to embed. */
interface PendingEmbed {
  readonly body: Body;
  readonly node: PlanNode;
  /** Hrefs of the resource and of its ancestors. */
  readonly ancestors: Ancestors;
  readonly targets: readonly ExpandTarget[];
}

/**
 * Expands a body.
 * @param body changed in place
 * @throws Problem expand-limit (400) when more resources would be embedded than allowed
 */
export async function expandBody(
  body: Body,
  plan: readonly PlanNode[],
  options: ExpandOptions,
): Promise<ExpansionResult> {
  const { format, expand, cacheControl, request = NO_REQUEST } = options;
  const expansion = new ExpansionState(options);
  expansion.parts.push({ cacheControl });
  expansion.failures.push(...extractErrors(body));
  const ancestors = format.hrefs(body, 'self');
  let level = expansion.pendingEmbeds(format.resources(body), plan, ancestors, request);
  while (level.length > 0) level = await expansion.embedLevel(level);
  const failures = distinctFailures(expansion.failures);
  if (failures.length > 0) body._expandErrors = expandErrorsOf(failures);
  keepExpand(body, format, expand);
  return {
    body,
    failures,
    bytes: expansion.bytes,
    cacheControl: freshness(expansion.parts, failures.length > 0),
  };
}

const NO_REQUEST: ExpressionParts = { path: {}, query: {} };

class ExpansionState {
  readonly parts: Pick<FetchedPart, 'cacheControl'>[] = [];
  readonly failures: ExpandFailure[] = [];
  readonly #format: Embedding;
  readonly #loader: PartLoader;
  readonly #limits: ExpandLimits;
  readonly #isProjected: boolean;
  readonly #resources = new Set<unknown>();
  #embeds = 0;
  /** The size of all embedded parts, counted in each place. */
  bytes = 0;
  /** The number of places in this level for each part, by its key. */
  #places: ReadonlyMap<string, number> = new Map();
  /** The number of resources in the fetched parts of the level, counted in each place. */
  #levelEmbeds = 0;
  /** The distinct resources in parts. */
  readonly #seen = new Set<unknown>();

  constructor({ fetch, format, limits, deadline, isProjected = false }: ExpandOptions) {
    this.#format = format;
    const onPart = (target: ExpandTarget, part: FetchedPart) => this.#countPart(targetKey(target), part);
    const { concurrency } = limits;
    this.#loader = new PartLoader({ fetch, format, deadline, concurrency, onPart });
    this.#limits = limits;
    this.#isProjected = isProjected;
  }

  /** Finds what is left to embed in resources of one kind. Parts that their server has embedded are visited too. */
  pendingEmbeds(
    bodies: readonly Body[],
    plan: readonly PlanNode[],
    ancestors: Ancestors,
    request: ExpressionParts,
  ): readonly PendingEmbed[] {
    // Most parts have nothing to embed.
    if (plan.length === 0) return NOTHING;
    return bodies.flatMap((body) => {
      const above = [...ancestors, this.#format.hrefs(body, 'self')[0]];
      return plan.flatMap((node) => {
        if (node.isRefused) return [this.#refusedEmbed(body, node, above, request)];
        if (!node.embedded) return [this.#pendingEmbed(body, node, above)];
        const parts = this.#format.embedded(body, node.rel);
        return parts.flatMap((part) => {
          const href = this.#format.hrefs(part, 'self')[0];
          return this.#embedPart(part, node, [...above, href], href);
        });
      });
    });
  }

  /** @returns the next level */
  async embedLevel(level: readonly PendingEmbed[]): Promise<readonly PendingEmbed[]> {
    const targets = level.flatMap((slot) => slot.targets);
    // Checks the limits before anything is sent: each target has at least one resource.
    const hrefs = new Set<unknown>();
    const counts = new Map<string, number>();
    for (const target of targets) {
      hrefs.add(target.href);
      const key = targetKey(target);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    checkLimit('resources', this.#resources.union(hrefs).size, this.#limits.resources);
    checkLimit('embeds', this.#embeds + targets.length, this.#limits.embeds);
    this.#places = counts;
    this.#levelEmbeds = 0;
    // Parts that an earlier level fetched count again.
    for (const [key, part] of this.#loader.loaded(counts.keys())) this.#countPart(key, part);
    await this.#loader.load(targets);
    return level.flatMap((slot) => this.#embed(slot));
  }

  /**
   * Counts a part as soon as it arrives, so that limits apply before all parts have arrived.
   * @throws Problem expand-limit (400)
   */
  #countPart(key: string, part: FetchedPart): void {
    const places = this.#places.get(key) ?? 0;
    const resources = this.#format.resources(part.body);
    for (const resource of resources) this.#seen.add(this.#format.hrefs(resource, 'self')[0] ?? resource);
    checkLimit('resources', this.#seen.size, this.#limits.resources);
    this.#levelEmbeds += places * resources.length;
    checkLimit('embeds', this.#embeds + this.#levelEmbeds, this.#limits.embeds);
    this.bytes += places * (part.bytes ?? bytesOf(part.body));
    checkLimit('bytes', this.bytes, this.#limits.bytes);
  }

  #pendingEmbed(body: Body, node: PlanNode, ancestors: Ancestors): PendingEmbed {
    const expand = pushdown(node.children);
    const targets = this.#format
      .hrefs(body, node.rel)
      // A target that is an ancestor is a cycle: its link stays, and the expansion ends there.
      .filter((href) => !ancestors.includes(href))
      .map((href) => ({ href, operation: node.link.target, expand, isSingle: node.isSingle }));
    return { body, node, ancestors, targets };
  }

  /** The link is not offered, so its target is computed. Requesting it fails, with the reason. */
  #refusedEmbed(
    body: Body,
    node: PlanNode,
    ancestors: Ancestors,
    { path, query }: ExpressionParts,
  ): PendingEmbed {
    const offered = this.#format.hrefs(body, node.rel);
    const computed = linkValue(node.link, { path, query, body: this.#format.state(body) }) ?? [];
    const hrefs = offered.length > 0 ? offered : [computed].flat().map(({ href }) => href);
    const targets = hrefs
      .filter((href) => !ancestors.includes(href))
      .map((href) => ({ href, operation: node.link.target, expand: new Map(), isSingle: true }));
    return { body, node, ancestors, targets };
  }

  #embed({ body, node, ancestors, targets }: PendingEmbed): PendingEmbed[] {
    const next: PendingEmbed[] = [];
    const found: Body[] = [];
    for (const target of targets) {
      const part = this.#loader.part(target);
      if ('problem' in part) {
        this.failures.push({ path: node.path, href: target.href, ...part });
        continue;
      }
      this.parts.push(part);
      // A part may be expanded differently in different places. An unchanged part is shared.
      const isShared = node.children.length === 0 && !this.#isProjected && !('_expandErrors' in part.body);
      const copy = isShared ? part.body : copyBody(part.body);
      for (const failure of extractErrors(copy))
        this.failures.push({ ...failure, path: `${node.path}.${failure.path}` });
      next.push(...this.#embedPart(copy, node, [...ancestors, target.href], target.href));
      found.push(copy);
    }
    this.#format.embed(body, node.rel, found);
    return next;
  }

  /** @throws Problem expand-limit (400) */
  #embedPart(
    part: Body,
    { children, link }: PlanNode,
    ancestors: Ancestors,
    href: string | undefined,
  ): readonly PendingEmbed[] {
    const resources = this.#format.resources(part);
    for (const resource of resources)
      this.#resources.add(this.#format.hrefs(resource, 'self')[0] ?? resource);
    this.#embeds += resources.length;
    checkLimit('resources', this.#resources.size, this.#limits.resources);
    checkLimit('embeds', this.#embeds, this.#limits.embeds);
    // Only links that are not offered have to be computed.
    const request = children.some(({ isRefused }) => isRefused) ? requestParts(link, href) : NO_REQUEST;
    return this.pendingEmbeds(resources, children, ancestors, request);
  }
}

/** The parts of the request for a part. */
function requestParts({ target }: Link, href: string | undefined): ExpressionParts {
  if (href === undefined) return NO_REQUEST;
  const [path] = splitTarget(href);
  return { path: matchPath(target.path, path) ?? {}, query: Object.fromEntries(queryOf(href)) };
}

/** Moves failures that a service reported to the top, with their complete paths. */
function extractErrors(body: Body): readonly ExpandFailure[] {
  const { _expandErrors: errors } = body;
  if (errors === undefined) return NOTHING;
  // The member may have another meaning in other documents.
  if (!Array.isArray(errors) || !errors.every(isFailure)) return NOTHING;
  delete body._expandErrors;
  return errors;
}

const isFailure = (value: unknown): value is ExpandFailure =>
  isJsonObject(value) &&
  typeof value.path === 'string' &&
  typeof value.href === 'string' &&
  isJsonObject(value.problem);

const bytesOf = (body: Body): number => receivedSize(body) ?? Buffer.byteLength(stringifyExact(body));

/** The entries of `_expandErrors`. */
export const expandErrorsOf = (failures: readonly ExpandFailure[]) =>
  failures.map(({ path, href, problem }) => ({ path, href, problem }));

/** Each failure once, in a stable order. */
const distinctFailures = (failures: readonly ExpandFailure[]): ExpandFailure[] => {
  const byKey = new Map(failures.map((failure) => [`${failure.path} ${failure.href}`, failure]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, failure]) => failure);
};
