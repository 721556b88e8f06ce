/**
 * Plans `?fields=id,total,consumer.name` against the schema before anything is sent. Commas separate paths, dots
 * lead into a member or along a relation, repeated parameters are joined.
 */
import { Problem } from '../../contract/problem.ts';
import { fieldsUnknown } from '../../contract/problems.ts';
import { type ExpandTree, formatExpand, parseExpand } from '../expand/parse.ts';
import { expandable, type GraphOperation } from '../graph/model.ts';
import { unknownName } from '../nearest.ts';
import type { SchemaMembers } from './members.ts';

/** The selected fields of a resource. A name without subfields selects everything below it. */
export interface FieldSelection {
  /** The value of `fields` from here on, for links to the same resource. */
  readonly text: string;
  readonly members: MemberSelection;
  readonly relations: ReadonlyMap<string, FieldSelection | undefined>;
}

export type MemberSelection = ReadonlyMap<string, MemberSelection | undefined>;

/**
 * @returns undefined without a selection, so that everything is kept
 * @throws Problem fields-unknown (400) with `path`, `allowed` and `nearest`
 */
export function planFields(values: readonly string[], operation: GraphOperation): FieldSelection | undefined {
  const { paths } = parseExpand(values);
  // A path includes its subpaths.
  const outermost = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}.`)));
  return outermost.length === 0 ? undefined : selectFields(parseExpand(outermost).tree, operation, '');
}

/** The selected relations, which are expanded even if `expand` does not name them. */
export const impliedPaths = ({ relations }: FieldSelection): string[] =>
  [...relations].flatMap(([rel, selection]) => {
    const deeper = selection === undefined ? [] : impliedPaths(selection);
    return deeper.length === 0 ? [rel] : deeper.map((path) => `${rel}.${path}`);
  });

function selectFields(tree: ExpandTree, owner: GraphOperation, prefix: string): FieldSelection {
  const shape = owner.shape?.item ?? owner.shape;
  const links = shape === undefined ? [] : expandable(shape);
  const members = new Map<string, MemberSelection | undefined>();
  const relations = new Map<string, FieldSelection | undefined>();
  for (const [name, subtree] of tree) {
    const path = prefix + name;
    const link = links.find(({ rel }) => rel === name);
    const member = shape?.members.member(name);
    if (member !== undefined) members.set(name, selectMembers(subtree, member, `${path}.`));
    else if (link !== undefined)
      relations.set(name, subtree.size === 0 ? undefined : selectFields(subtree, link.target, `${path}.`));
    else if (shape?.members.open) members.set(name, undefined);
    else throw unknownField(path, [...(shape?.members.names ?? []), ...links.map(({ rel }) => rel)]);
  }
  return { text: formatExpand(tree), members, relations };
}

function selectMembers(tree: ExpandTree, owner: SchemaMembers, prefix: string): MemberSelection | undefined {
  if (tree.size === 0) return undefined;
  return new Map(
    [...tree].map(([name, subtree]) => {
      const member = owner.member(name);
      if (member !== undefined) return [name, selectMembers(subtree, member, `${prefix}${name}.`)];
      if (owner.open) return [name, undefined];
      throw unknownField(prefix + name, owner.names);
    }),
  );
}

const unknownField = (path: string, allowed: readonly string[]): Problem => {
  const { hint, extensions } = unknownName(path, [...new Set(allowed)]);
  return new Problem(fieldsUnknown, `There is no field ${path}.${hint}`, { extensions });
};
