/** Local references, `#/components/{section}/{name}…`, taken apart and put together (RFC 6901 §6). */
export interface Target {
  /** Section of `components`, or `webhooks`. */
  readonly section: string;
  readonly name: string;
  /** What follows the name, as it was written: a reference may lead into a component. */
  readonly rest: string;
}

const LOCAL = /^#\/(?:components\/([^/]+)|(webhooks))\/([^/]+)(.*)$/;

const decode = (token: string): string => {
  try {
    return decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return token;
  }
};

const encode = (name: string): string => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));

/** What a local reference names; `undefined` for one into `paths` or into another document. */
export function parseReference(ref: unknown): Target | undefined {
  const match = typeof ref === 'string' ? LOCAL.exec(ref) : null;
  if (!match) return undefined;
  const [, section, webhooks, name = '', rest = ''] = match;
  return { section: section ?? webhooks ?? '', name: decode(name), rest };
}

export function referenceTo(section: string, name: string, rest = ''): string {
  const root = section === 'webhooks' ? '#/webhooks' : `#/components/${section}`;
  return `${root}/${encode(name)}${rest}`;
}
