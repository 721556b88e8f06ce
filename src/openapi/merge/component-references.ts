/** Local references to components, `#/components/{section}/{name}…`, taken apart and put together. */
import { fragmentPointer } from '../../contract/json-pointer.ts';
import { parseReference } from '../reference.ts';

export interface ComponentTarget {
  /** Section of `components`, or `webhooks`. */
  readonly section: string;
  readonly name: string;
  /** Tokens after the name: a reference may lead into a component. */
  readonly rest: readonly string[];
}

/** What a local reference names; `undefined` for one into `paths` or into another document. */
export function componentTarget(ref: unknown): ComponentTarget | undefined {
  const [root, ...tokens] = typeof ref === 'string' && ref.startsWith('#/') ? parseReference(ref).tokens : [];
  if (root !== 'components' && root !== 'webhooks') return undefined;
  const [section, name, ...rest] = root === 'webhooks' ? [root, ...tokens] : tokens;
  return section === undefined || name === undefined || name === '' ? undefined : { section, name, rest };
}

export const referenceTo = (section: string, name: string, rest: readonly string[] = []): string =>
  fragmentPointer([...(section === 'webhooks' ? [] : ['components']), section, name, ...rest]);
