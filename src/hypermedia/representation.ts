/** A state with its links and actions, in no format yet. */
import type { GraphOperation } from './graph/model.ts';

export interface LinkValue {
  readonly href: string;
  /** Whether the href is a URI template (RFC 6570). */
  readonly templated?: true;
  readonly title?: string;
  /** Of what the link leads to: its media type. */
  readonly type?: string;
  /** Tells apart links of one relation. */
  readonly name?: string;
}

export interface Action {
  readonly rel: string;
  readonly operation: Pick<GraphOperation, 'title' | 'method' | 'properties'>;
  readonly target: string;
}

/** What a format writes. */
export interface Representation {
  /** Of its schema: what kind of thing it is. */
  readonly name: string;
  readonly state: Readonly<Record<string, unknown>>;
  readonly links: ReadonlyMap<string, LinkValue | readonly LinkValue[]>;
  readonly actions: readonly Action[];
  /** Of a page: its items. */
  readonly items?: readonly Representation[];
}
