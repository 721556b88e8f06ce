/** Parses and builds local references to components, `#/components/{section}/{name}…`. */
import { fragmentPointer } from '../../contract/json-pointer.ts';
import { parseReference } from '../reference.ts';

export interface ComponentTarget {
  /** Section of `components`, or `webhooks`. */
  readonly section: string;
  readonly name: string;
  /** Tokens after the name, where a reference leads into a component. */
  readonly rest: readonly string[];
}

/** The component that a local reference names; `undefined` for a reference into `paths` or another document. */
export function componentTarget(ref: unknown): ComponentTarget | undefined {
  const [root, ...tokens] = typeof ref === 'string' && ref.startsWith('#/') ? parseReference(ref).tokens : [];
  if (root !== 'components' && root !== 'webhooks') return undefined;
  const [section, name, ...rest] = root === 'webhooks' ? [root, ...tokens] : tokens;
  return section === undefined || name === undefined || name === '' ? undefined : { section, name, rest };
}

export const referenceTo = (section: string, name: string, rest: readonly string[] = []): string =>
  fragmentPointer([...(section === 'webhooks' ? [] : ['components']), section, name, ...rest]);
