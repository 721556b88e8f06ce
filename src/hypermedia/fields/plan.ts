/**
 * `?fields=id,total,consumer.name` → what is kept of a representation, held against the schema before anything is
 * sent. Commas part paths, dots lead into a member or along a relation, repeated parameters are joined.
 */
import { Problem } from '../../contract/problem.ts';
import { fieldsUnknown } from '../../contract/problems.ts';
import { type ExpandTree, formatExpand, parseExpand } from '../expand/parse.ts';
import { expandable, type GraphOperation } from '../graph/model.ts';
import { unknownName } from '../nearest.ts';
import type { Members } from './members.ts';

/** What is kept of a resource. Where a name leads to nothing, all that it names is kept. */
export interface Kept {
  /** As `fields` says it from here: a link to the same has it. */
  readonly text: string;
  readonly members: KeptMembers;
  readonly relations: ReadonlyMap<string, Kept | undefined>;
}

export type KeptMembers = ReadonlyMap<string, KeptMembers | undefined>;

/**
 * @returns undefined where nothing was asked for, so that all is kept
 * @throws Problem fields-unknown (400) with `path`, `allowed` and `nearest`
 */
export function planFields(values: readonly string[], subject: GraphOperation): Kept | undefined {
  const { paths } = parseExpand(values);
  // Who asks for the whole and for something of it gets the whole.
  const widest = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}.`)));
  return widest.length === 0 ? undefined : keptOf(parseExpand(widest).tree, subject, '');
}

/** The relations that are kept: they are expanded, asked for or not. */
export const impliedPaths = ({ relations }: Kept): string[] =>
  [...relations].flatMap(([rel, kept]) => {
    const deeper = kept === undefined ? [] : impliedPaths(kept);
    return deeper.length === 0 ? [rel] : deeper.map((path) => `${rel}.${path}`);
  });

function keptOf(tree: ExpandTree, owner: GraphOperation, prefix: string): Kept {
  const shape = owner.shape?.item ?? owner.shape;
  const links = shape === undefined ? [] : expandable(shape);
  const members = new Map<string, KeptMembers | undefined>();
  const relations = new Map<string, Kept | undefined>();
  for (const [name, subtree] of tree) {
    const path = prefix + name;
    const link = links.find(({ rel }) => rel === name);
    const member = shape?.members.member(name);
    if (member !== undefined) members.set(name, keptMembers(subtree, member, `${path}.`));
    else if (link !== undefined)
      relations.set(name, subtree.size === 0 ? undefined : keptOf(subtree, link.target, `${path}.`));
    else if (shape?.members.open) members.set(name, undefined);
    else throw unknown(path, [...(shape?.members.names ?? []), ...links.map(({ rel }) => rel)]);
  }
  return { text: formatExpand(tree), members, relations };
}

function keptMembers(tree: ExpandTree, owner: Members, prefix: string): KeptMembers | undefined {
  if (tree.size === 0) return undefined;
  return new Map(
    [...tree].map(([name, subtree]) => {
      const member = owner.member(name);
      if (member !== undefined) return [name, keptMembers(subtree, member, `${prefix}${name}.`)];
      if (owner.open) return [name, undefined];
      throw unknown(prefix + name, owner.names);
    }),
  );
}

const unknown = (path: string, allowed: readonly string[]): Problem => {
  const { hint, extensions } = unknownName(path, [...new Set(allowed)]);
  return new Problem(fieldsUnknown, `There is no field ${path}.${hint}`, { extensions });
};
