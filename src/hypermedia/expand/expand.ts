/**
 * Expands a body by a plan: fetches a level in parallel, merges by the body's format, and goes on from there.
 * Deterministic: the order is the plan's, whatever arrives first. One engine for the gateway and for services.
 */
import type { Body, Embedding } from '../formats/format.ts';
import { type FetchPart, type Part, type PartFailure, PartLoader } from './fetch.ts';
import { freshness, keepExpand } from './merge.ts';
import { DEFAULT_LIMITS, type ExpandLimits, type PlanNode, pushdown } from './plan.ts';

export interface ExpandOptions {
  readonly fetch: FetchPart;
  /** The body's, and that of its parts. */
  readonly format: Embedding;
  /** The caller's `expand`, whole, for the paging links. */
  readonly expand: string;
  readonly cacheControl?: string | undefined;
  readonly limits?: ExpandLimits;
}

export interface Expanded {
  readonly body: Body;
  readonly cacheControl: string;
  /** Whether every part is there. */
  readonly complete: boolean;
}

interface Failure extends PartFailure {
  readonly path: string;
}

interface Run {
  readonly format: Embedding;
  readonly loader: PartLoader;
  readonly parts: Pick<Part, 'cacheControl'>[];
  readonly failures: Failure[];
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
  const { fetch, format, expand, cacheControl, limits = DEFAULT_LIMITS } = options;
  const loader = new PartLoader(fetch, limits);
  const run: Run = { format, loader, parts: [{ cacheControl }], failures: [] };
  await expandAll(format.subjects(body), plan, [selfOf(body, run)], run);
  const own = (body._expandErrors ?? []) as Failure[];
  const failures = distinct([...own, ...run.failures]);
  delete body._expandErrors;
  if (failures.length > 0) body._expandErrors = failures;
  keepExpand(body, format, expand);
  const complete = failures.length === 0;
  return { body, complete, cacheControl: freshness(run.parts, !complete) };
}

type Ancestors = readonly (string | undefined)[];

const selfOf = (body: Body, { format }: Run): string | undefined => format.hrefs(body, 'self')[0];

async function expandAll(
  bodies: readonly Body[],
  plan: readonly PlanNode[],
  ancestors: Ancestors,
  run: Run,
): Promise<void> {
  await Promise.all(
    bodies.map(async (body) => {
      const above = [...ancestors, selfOf(body, run)];
      const merges = await Promise.all(plan.map((node) => expandNode(body, node, above, run)));
      for (const merge of merges) merge();
    }),
  );
}

/** @returns what puts the parts into the body, so that the order of arrival does not show */
async function expandNode(body: Body, node: PlanNode, ancestors: Ancestors, run: Run): Promise<() => void> {
  if (node.embedded) {
    const within = run.format.embedded(body, node.rel).flatMap((part) => run.format.subjects(part));
    await expandAll(within, node.children, ancestors, run);
    return () => {};
  }
  const hrefs = run.format.hrefs(body, node.rel);
  const parts = await Promise.all(
    // A target that is above already is a cycle: the link stays, and ends it.
    hrefs.filter((href) => !ancestors.includes(href)).map((href) => part(href, node, ancestors, run)),
  );
  return () => {
    const failed = parts.filter((one) => 'problem' in one);
    run.failures.push(...failed.map(({ href, problem }) => ({ path: node.path, href, problem })));
    const found = parts.filter((one) => 'body' in one);
    run.parts.push(...found);
    run.format.embed(
      body,
      node.rel,
      found.map((one) => one.body),
    );
  };
}

async function part(
  href: string,
  node: PlanNode,
  ancestors: Ancestors,
  run: Run,
): Promise<Part | PartFailure> {
  const loaded = await run.loader.load(href, node.link.target, pushdown(node.children));
  if ('problem' in loaded) return loaded;
  // A shared part may be expanded differently in different places.
  const body = structuredClone(loaded.body);
  lift(body, node, run);
  await expandAll(run.format.subjects(body), node.children, [...ancestors, href], run);
  return { ...loaded, body };
}

/** What a part could not embed is told once, at the top, under its path from there. */
function lift(body: Body, node: PlanNode, run: Run): void {
  const errors = (body._expandErrors ?? []) as Failure[];
  delete body._expandErrors;
  run.failures.push(...errors.map((failure) => ({ ...failure, path: `${node.path}.${failure.path}` })));
}

/** Each failure once, in an order that does not depend on what arrived first. */
const distinct = (failures: readonly Failure[]): Failure[] => {
  const byKey = new Map(failures.map((failure) => [`${failure.path} ${failure.href}`, failure]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, failure]) => failure);
};
