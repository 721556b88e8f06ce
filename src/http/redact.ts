/**
 * What a log line never has: credentials. Whatever is logged passes here as text, for a secret can be anywhere in it:
 * in a URL that an error names, or in a header that it carries. Values of an access line cannot hold one.
 */

const HIDDEN = '[hidden]';
const NAMES = '(?:[\\w-]*(?:token|secret|password|passwd|api-?_?key|signature)|key|sig|auth)';

/** `?token=…`, `&api_key=…`. */
const IN_QUERY = new RegExp(`([?&]${NAMES}=)[^&#"\\s\\\\]+`, 'gi');
/** `https://user:password@host`. */
const IN_AUTHORITY = /(:\/\/)[^/?#@"\s\\]+@/g;
/** `"authorization":"…"`, also where the text is JSON within JSON. */
const IN_MEMBER = new RegExp(
  `("(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|${NAMES})\\\\{0,4}"\\s{0,4}:\\s{0,4}\\\\{0,4}")(?:[^"\\\\]|\\\\[^"])+`,
  'gi',
);
/** `Authorization: Bearer …` in running text. */
const IN_TEXT = /\b((?:proxy-)?authorization|cookie|set-cookie)(: *)[^"\\]+/gi;

export const redact = (text: string): string =>
  text
    .replace(IN_QUERY, `$1${HIDDEN}`)
    .replace(IN_AUTHORITY, `$1${HIDDEN}@`)
    .replace(IN_MEMBER, `$1${HIDDEN}`)
    .replace(IN_TEXT, `$1$2${HIDDEN}`);
