/**
 * Expands a body by a plan, level by level: what a level needs is fetched together, then put in, by the body's
 * format and in the plan's order, so that the order of arrival does not show. One engine for the gateway and for
 * services.
 */

import { writeExact } from '../../codecs/exact-json.ts';
import type { ExpandLimits } from '../../config/limits.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body, Embedding } from '../formats/format.ts';
import { keyOf, type Target } from './batch.ts';
import { copyOf } from './copy.ts';
import { type FailedPart, type FetchPart, type Part, PartLoader } from './fetch.ts';
import { freshness, keepExpand } from './merge.ts';
import { type PlanNode, pushdown, within } from './plan.ts';

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
  readonly isCut?: boolean;
}

export interface Expanded {
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
interface Slot {
  readonly body: Body;
  readonly node: PlanNode;
  /** Hrefs of the resource and of those that it is embedded in. */
  readonly ancestors: Ancestors;
  readonly targets: readonly Target[];
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
): Promise<Expanded> {
  const { format, expand, cacheControl } = options;
  const expansion = new Expansion(options);
  expansion.parts.push({ cacheControl });
  expansion.failures.push(...takeErrors(body));
  let level = expansion.slots(format.subjects(body), plan, format.hrefs(body, 'self'));
  while (level.length > 0) level = await expansion.fill(level);
  const failures = distinct(expansion.failures);
  if (failures.length > 0) body._expandErrors = errorsOf(failures);
  keepExpand(body, format, expand);
  return {
    ...{ body, failures, bytes: expansion.bytes },
    cacheControl: freshness(expansion.parts, failures.length > 0),
  };
}

class Expansion {
  readonly parts: Pick<Part, 'cacheControl'>[] = [];
  readonly failures: Failure[] = [];
  readonly #format: Embedding;
  readonly #loader: PartLoader;
  readonly #limits: ExpandLimits;
  readonly #isCut: boolean;
  readonly #resources = new Set<unknown>();
  #embeds = 0;
  /** Of all that is embedded, in each of its places. */
  bytes = 0;
  /** In how many places of the level each part is wanted, by its key. */
  #places: ReadonlyMap<string, number> = new Map();
  /** Resources in the parts of the level that are here, in each of their places. */
  #arrived = 0;
  /** Resources in parts. */
  readonly #seen = new Set<unknown>();

  constructor({ fetch, format, limits, deadline, isCut = false }: ExpandOptions) {
    this.#format = format;
    const onPart = (target: Target, part: Part) => this.#count(keyOf(target), part);
    const { concurrency } = limits;
    this.#loader = new PartLoader({ fetch, format, deadline, concurrency, onPart });
    this.#limits = limits;
    this.#isCut = isCut;
  }

  /** What is left to embed in resources of one kind; what their server has embedded is walked through. */
  slots(bodies: readonly Body[], plan: readonly PlanNode[], ancestors: Ancestors): Slot[] {
    return bodies.flatMap((body) => {
      const above = [...ancestors, this.#format.hrefs(body, 'self')[0]];
      return plan.flatMap((node) => {
        if (!node.embedded) return [this.#slot(body, node, above)];
        const parts = this.#format.embedded(body, node.rel);
        return parts.flatMap((part) =>
          this.#within(part, node, [...above, this.#format.hrefs(part, 'self')[0]]),
        );
      });
    });
  }

  /** @returns the next level */
  async fill(level: readonly Slot[]): Promise<Slot[]> {
    const targets = level.flatMap((slot) => slot.targets);
    // Before anything is sent: each of them will be at least one.
    const hrefs = new Set<unknown>(targets.map(({ href }) => href));
    within('resources', this.#resources.union(hrefs).size, this.#limits.resources);
    within('embeds', this.#embeds + targets.length, this.#limits.embeds);
    const counts = new Map<string, number>();
    for (const key of targets.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
    this.#places = counts;
    this.#arrived = 0;
    // What came with a level above is here.
    for (const [key, part] of this.#loader.known(counts.keys())) this.#count(key, part);
    await this.#loader.load(targets);
    return level.flatMap((slot) => this.#embed(slot));
  }

  /**
   * Counts what a part adds to the whole, when it is here: what is too much is known before all of it is.
   * @throws Problem expand-limit (400)
   */
  #count(key: string, part: Part): void {
    const places = this.#places.get(key) ?? 0;
    const subjects = this.#format.subjects(part.body);
    for (const subject of subjects) this.#seen.add(this.#format.hrefs(subject, 'self')[0] ?? subject);
    within('resources', this.#seen.size, this.#limits.resources);
    this.#arrived += places * subjects.length;
    within('embeds', this.#embeds + this.#arrived, this.#limits.embeds);
    this.bytes += places * (part.bytes ?? bytesOf(part.body));
    within('bytes', this.bytes, this.#limits.bytes);
  }

  #slot(body: Body, node: PlanNode, ancestors: Ancestors): Slot {
    const expand = pushdown(node.children);
    const targets = this.#format
      .hrefs(body, node.rel)
      // A target that is above already is a cycle: the link stays, and ends it.
      .filter((href) => !ancestors.includes(href))
      .map((href) => ({ href, operation: node.link.target, expand }));
    return { body, node, ancestors, targets };
  }

  #embed({ body, node, ancestors, targets }: Slot): Slot[] {
    const next: Slot[] = [];
    const found: Body[] = [];
    for (const target of targets) {
      const part = this.#loader.part(target);
      if ('problem' in part) {
        this.failures.push({ path: node.path, href: target.href, ...part });
        continue;
      }
      this.parts.push(part);
      // A part may be expanded differently in different places; what stays as it is is in all of them.
      const isShared = node.children.length === 0 && !this.#isCut && !('_expandErrors' in part.body);
      const copy = isShared ? part.body : copyOf(part.body);
      this.failures.push(
        ...takeErrors(copy).map((failure) => ({ ...failure, path: `${node.path}.${failure.path}` })),
      );
      next.push(...this.#within(copy, node, [...ancestors, target.href]));
      found.push(copy);
    }
    this.#format.embed(body, node.rel, found);
    return next;
  }

  /** @throws Problem expand-limit (400) */
  #within(part: Body, { children }: PlanNode, ancestors: Ancestors): Slot[] {
    const subjects = this.#format.subjects(part);
    for (const subject of subjects) this.#resources.add(this.#format.hrefs(subject, 'self')[0] ?? subject);
    this.#embeds += subjects.length;
    within('resources', this.#resources.size, this.#limits.resources);
    within('embeds', this.#embeds, this.#limits.embeds);
    return this.slots(subjects, children, ancestors);
  }
}

/** What a service could not embed is told once, at the top, under its path from there. */
function takeErrors(body: Body): Failure[] {
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
const distinct = (failures: readonly Failure[]): Failure[] => {
  const byKey = new Map(failures.map((failure) => [`${failure.path} ${failure.href}`, failure]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, failure]) => failure);
};
