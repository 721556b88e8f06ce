/**
 * Expands a body by a plan, level by level: what a level needs is fetched together, then put in, by the body's
 * format and in the plan's order, so that the order of arrival does not show. One engine for the gateway and for
 * services.
 */

import { writeExact } from '../../codecs/exact-json.ts';
import type { ExpandLimits } from '../../config/limits.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body, Embedding } from '../formats/format.ts';
import { type ExpandTarget, targetKey } from './batch.ts';
import { copyJson } from './copy.ts';
import { type FailedPart, type FetchedPart, type FetchPart, PartLoader } from './fetch.ts';
import { freshness, keepExpand } from './merge.ts';
import { checkLimit, type PlanNode, pushdown } from './plan.ts';

export interface ExpandOptions {
  readonly fetch: FetchPart;
  /** The body's, and that of its parts. */
  readonly format: Embedding;
  /** The caller's `expand`, whole, for the paging links. */
  readonly expand: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly limits: ExpandLimits;
  /** Aborted when the time for the whole is over; what is not there by then is left out. */
  readonly deadline: AbortSignal;
  /** Whether the whole is changed when it is expanded: then no two places can share a part. */
  readonly isProjected?: boolean;
}

export interface ExpansionResult {
  readonly body: Body;
  readonly cacheControl: string;
  /** Parts that could not be had. */
  readonly failures: readonly Failure[];
  /** Of all that is embedded. */
  readonly bytes: number;
}

/** An entry of `_expandErrors`, and what is known beside it. */
export interface Failure extends FailedPart {
  readonly path: string;
  readonly href: string;
}

type Ancestors = readonly (string | undefined)[];

/** A resource, and a relation of it that is to be embedded. */
interface PendingEmbed {
  readonly body: Body;
  readonly node: PlanNode;
  /** Hrefs of the resource and of those that it is embedded in. */
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
  const { format, expand, cacheControl } = options;
  const expansion = new Expansion(options);
  expansion.parts.push({ cacheControl });
  expansion.failures.push(...extractErrors(body));
  let level = expansion.pendingEmbeds(format.resources(body), plan, format.hrefs(body, 'self'));
  while (level.length > 0) level = await expansion.embedLevel(level);
  const failures = distinctFailures(expansion.failures);
  if (failures.length > 0) body._expandErrors = errorsOf(failures);
  keepExpand(body, format, expand);
  return {
    body,
    failures,
    bytes: expansion.bytes,
    cacheControl: freshness(expansion.parts, failures.length > 0),
  };
}

class Expansion {
  readonly parts: Pick<FetchedPart, 'cacheControl'>[] = [];
  readonly failures: Failure[] = [];
  readonly #format: Embedding;
  readonly #loader: PartLoader;
  readonly #limits: ExpandLimits;
  readonly #isProjected: boolean;
  readonly #resources = new Set<unknown>();
  #embeds = 0;
  /** Of all that is embedded, in each of its places. */
  bytes = 0;
  /** In how many places of the level each part is wanted, by its key. */
  #places: ReadonlyMap<string, number> = new Map();
  /** Resources in the parts of the level that are here, in each of their places. */
  #levelEmbeds = 0;
  /** Resources in parts. */
  readonly #seen = new Set<unknown>();

  constructor({ fetch, format, limits, deadline, isProjected = false }: ExpandOptions) {
    this.#format = format;
    const onPart = (target: ExpandTarget, part: FetchedPart) => this.#countPart(targetKey(target), part);
    const { concurrency } = limits;
    this.#loader = new PartLoader({ fetch, format, deadline, concurrency, onPart });
    this.#limits = limits;
    this.#isProjected = isProjected;
  }

  /** What is left to embed in resources of one kind; what their server has embedded is walked through. */
  pendingEmbeds(bodies: readonly Body[], plan: readonly PlanNode[], ancestors: Ancestors): PendingEmbed[] {
    return bodies.flatMap((body) => {
      const above = [...ancestors, this.#format.hrefs(body, 'self')[0]];
      return plan.flatMap((node) => {
        if (!node.embedded) return [this.#pendingEmbed(body, node, above)];
        const parts = this.#format.embedded(body, node.rel);
        return parts.flatMap((part) =>
          this.#embedPart(part, node, [...above, this.#format.hrefs(part, 'self')[0]]),
        );
      });
    });
  }

  /** @returns the next level */
  async embedLevel(level: readonly PendingEmbed[]): Promise<PendingEmbed[]> {
    const targets = level.flatMap((slot) => slot.targets);
    // Before anything is sent: each of them will be at least one.
    const hrefs = new Set<unknown>(targets.map(({ href }) => href));
    checkLimit('resources', this.#resources.union(hrefs).size, this.#limits.resources);
    checkLimit('embeds', this.#embeds + targets.length, this.#limits.embeds);
    const counts = new Map<string, number>();
    for (const key of targets.map(targetKey)) counts.set(key, (counts.get(key) ?? 0) + 1);
    this.#places = counts;
    this.#levelEmbeds = 0;
    // What came with a level above is here.
    for (const [key, part] of this.#loader.loaded(counts.keys())) this.#countPart(key, part);
    await this.#loader.load(targets);
    return level.flatMap((slot) => this.#embed(slot));
  }

  /**
   * Counts what a part adds to the whole, when it is here: what is too much is known before all of it is.
   * @throws Problem expand-limit (400)
   */
  #countPart(key: string, part: FetchedPart): void {
    const places = this.#places.get(key) ?? 0;
    const subjects = this.#format.resources(part.body);
    for (const subject of subjects) this.#seen.add(this.#format.hrefs(subject, 'self')[0] ?? subject);
    checkLimit('resources', this.#seen.size, this.#limits.resources);
    this.#levelEmbeds += places * subjects.length;
    checkLimit('embeds', this.#embeds + this.#levelEmbeds, this.#limits.embeds);
    this.bytes += places * (part.bytes ?? bytesOf(part.body));
    checkLimit('bytes', this.bytes, this.#limits.bytes);
  }

  #pendingEmbed(body: Body, node: PlanNode, ancestors: Ancestors): PendingEmbed {
    const expand = pushdown(node.children);
    const targets = this.#format
      .hrefs(body, node.rel)
      // A target that is above already is a cycle: the link stays, and ends it.
      .filter((href) => !ancestors.includes(href))
      .map((href) => ({ href, operation: node.link.target, expand }));
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
      // A part may be expanded differently in different places; what stays as it is is in all of them.
      const isShared = node.children.length === 0 && !this.#isProjected && !('_expandErrors' in part.body);
      const copy = isShared ? part.body : copyJson(part.body);
      this.failures.push(
        ...extractErrors(copy).map((failure) => ({ ...failure, path: `${node.path}.${failure.path}` })),
      );
      next.push(...this.#embedPart(copy, node, [...ancestors, target.href]));
      found.push(copy);
    }
    this.#format.embed(body, node.rel, found);
    return next;
  }

  /** @throws Problem expand-limit (400) */
  #embedPart(part: Body, { children }: PlanNode, ancestors: Ancestors): PendingEmbed[] {
    const subjects = this.#format.resources(part);
    for (const subject of subjects) this.#resources.add(this.#format.hrefs(subject, 'self')[0] ?? subject);
    this.#embeds += subjects.length;
    checkLimit('resources', this.#resources.size, this.#limits.resources);
    checkLimit('embeds', this.#embeds, this.#limits.embeds);
    return this.pendingEmbeds(subjects, children, ancestors);
  }
}

/** What a service could not embed is told once, at the top, under its path from there. */
function extractErrors(body: Body): Failure[] {
  const { _expandErrors: errors } = body;
  // To others it may mean something else.
  if (!Array.isArray(errors) || !errors.every(isFailure)) return [];
  delete body._expandErrors;
  return errors;
}

const isFailure = (value: unknown): value is Failure =>
  isJsonObject(value) &&
  typeof value.path === 'string' &&
  typeof value.href === 'string' &&
  isJsonObject(value.problem);

const bytesOf = (body: Body): number => Buffer.byteLength(writeExact(body));

/** As they are told. */
export const errorsOf = (failures: readonly Failure[]) =>
  failures.map(({ path, href, problem }) => ({ path, href, problem }));

/** Each failure once, in an order that does not depend on what arrived first. */
const distinctFailures = (failures: readonly Failure[]): Failure[] => {
  const byKey = new Map(failures.map((failure) => [`${failure.path} ${failure.href}`, failure]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, failure]) => failure);
};
