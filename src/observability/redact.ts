/**
 * What a log line never has: credentials. Whatever is logged passes here as text, for a secret can be anywhere in it:
 * in a URL that an error names, in a header, in a form, or in JSON within JSON. Where it is not clear what a text is,
 * too much is hidden rather than too little. Time grows with the length of the text alone.
 */

const REDACTED = '[hidden]';

/** Names of what is secret, whatever is before them, as in `access_token`. */
const ENDINGS =
  'token|secret|password|passwd|passphrase|api-?_?key|access-?_?key|private-?_?key|signature|credentials?|assertion|verifier|jwt|sess(?:ion)?-?_?id|samlresponse';
const NAMES = `(?:[\\w-]*(?:${ENDINGS})|key|sig|auth|sid|session|otp|pwd)`;
const HEADERS = '(?:proxy-)?authorization|cookie|set-cookie';

/** `?token=…`, `&api_key=…`, `sid=…` in a cookie or a form; also within a URL that is part of a query. */
const ASSIGNED = new RegExp(
  `((?:(?<![\\w-])|(?<=%3f|%26))${NAMES}|(?<=[?&"']|^|%3f|%26)code)(=|%3d)(?:(?!%26)[^&#"\\s\\\\])+`,
  'gi',
);
/** `https://user:password@host`: what is before the last `@` of the authority. */
const IN_AUTHORITY = /(:\/\/)[^/?#"\s\\]+@/g;
/** A password that has `/`, `?` or `#` in it as they are; a port is none. */
const IN_BROKEN_AUTHORITY = /(:\/\/)[^/?#@:"\s\\]{0,200}:(?!\d{1,5}(?:[/?#]|\b))[^"\s\\]{0,300}@/g;
/** `"authorization":`, and `"Authorization",` as in arrays of raw headers; the backslashes tell how deep JSON is in JSON. */
const MEMBER = new RegExp(
  `(?<!\\\\)(\\\\*)"(?:${HEADERS}|${NAMES})\\\\*"\\s{0,4}[:,]\\s{0,4}(\\[?)\\s{0,4}(?=[\\\\"\\d-])`,
  'gi',
);
/** `Authorization: Bearer …` in running text. */
const IN_TEXT = new RegExp(`\\b(${HEADERS})(: *)[^"\\\\]+`, 'gi');
/** A credential with its scheme (RFC 9110 §11.4); `Basic authentication` is none. */
const WITH_SCHEME = /\b(Bearer|DPoP|Basic|Negotiate)( +)(?=\S{0,200}[\dA-Z=])[\w.~+/-]{4,}=*/g;
const LOWER_SCHEME = /\b(bearer|dpop)( +)[\w.~+/-]{16,}=*/gi;
/** A signed token (RFC 7519): its first part is always that of `{"`. */
const JWT = /\beyJ[\w-]+(?:\.[\w-]*){1,4}/g;

export const redact = (text: string): string =>
  redactMembers(text)
    .replace(IN_TEXT, `$1$2${REDACTED}`)
    .replace(ASSIGNED, `$1$2${REDACTED}`)
    .replace(IN_AUTHORITY, `$1${REDACTED}@`)
    .replace(IN_BROKEN_AUTHORITY, `$1${REDACTED}@`)
    .replace(WITH_SCHEME, `$1$2${REDACTED}`)
    .replace(LOWER_SCHEME, `$1$2${REDACTED}`)
    .replace(JWT, REDACTED);

/** A value ends at a quote that stands as deep as those of its name, whatever is escaped in it. */
function redactMembers(text: string): string {
  let done = 0;
  let out = '';
  MEMBER.lastIndex = 0;
  for (let match = MEMBER.exec(text); match !== null; match = MEMBER.exec(text)) {
    const [, depth = '', bracket = ''] = match;
    out += text.slice(done, MEMBER.lastIndex);
    done = MEMBER.lastIndex;
    for (let more = true; more; ) {
      const end = valueEnd(text, done, depth.length);
      if (end === undefined) break;
      out += `${depth}"${REDACTED}${depth}"`;
      done = end;
      const [comma = ''] = bracket === '' ? [] : (matchAt(/\s{0,4},\s{0,4}/y, text, done) ?? []);
      more = comma !== '';
      out += comma;
      done += comma.length;
    }
    MEMBER.lastIndex = done;
  }
  return out + text.slice(done);
}

/** @returns where what follows a string or a number begins; undefined where neither begins at `at` */
function valueEnd(text: string, at: number, depth: number): number | undefined {
  const number = matchAt(/-?\d[\d.eE+-]*/y, text, at);
  if (number) return at + number[0].length;
  if (!text.startsWith(`${'\\'.repeat(depth)}"`, at)) return undefined;
  for (let from = at + depth + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let first = quote;
    while (first > from && text[first - 1] === '\\') first -= 1;
    if ((quote - first) % (2 * (depth + 1)) === depth) return quote + 1;
    from = quote + 1;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
