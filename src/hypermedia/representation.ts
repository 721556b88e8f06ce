/** A state with its links and actions, independent of any format. */
import type { GraphOperation } from './graph/model.ts';

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
