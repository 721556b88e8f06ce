/** A state with its links and actions, independent of any format. */
import type { Allows, GraphOperation, Link } from './graph/model.ts';

export interface LinkValue {
  readonly href: string;
  /** Whether the href is a URI template (RFC 6570). */
  readonly templated?: true;
  readonly title?: string;
  /** The media type of the target. */
  readonly type?: string;
  /** Distinguishes links of one relation. */
  readonly name?: string;
}

export interface Action {
  readonly rel: string;
  readonly operation: Pick<GraphOperation, 'title' | 'method' | 'properties'>;
  readonly target: string;
}

/** @param allows decides about the resources that its form offers for selection */
export const actionOf = ({ rel, target }: Link, href: string, allows: Allows): Action => {
  const properties = target.propertiesFor(allows);
  return {
    rel,
    operation: properties === target.properties ? target : { ...describe(target), properties },
    target: href,
  };
};

const describe = ({ title, method }: GraphOperation) => ({ title, method });

/** The input of a format. */
export interface Representation {
  /** The name of its schema. */
  readonly name: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly links: ReadonlyMap<string, LinkValue | readonly LinkValue[]>;
  readonly actions: readonly Action[];
  /** The items of a page. */
  readonly items?: readonly Representation[];
}
