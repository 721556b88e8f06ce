/** Safe link schemes: a URL from a service could be a script, or a page in itself. */
const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'mailto', 'tel']);

export function isSafeHref(href: string): boolean {
  // Browsers remove these characters before they parse the scheme (URL Standard §4.4).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const text = href.replaceAll(/[\x00-\x20]/g, '');
  const [, scheme] = /^([a-z][a-z\d+.-]*):/i.exec(text) ?? [];
  return scheme === undefined || SCHEMES.has(scheme.toLowerCase());
}
