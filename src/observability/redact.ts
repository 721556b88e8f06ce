/**
 * Removes credentials from log lines. Every line passes here as text, because a secret can be anywhere in it: in a
 * URL of an error message, in a header, in a form, or in JSON within JSON. In ambiguous cases too much is removed
 * rather than too little. The time is linear in the length of the text.
 */

import { withoutHiddenValues } from './hidden-values.ts';

const REDACTED = '[hidden]';

/** Endings of the names of secrets, as in `access_token`. */
const ENDINGS =
  'token|secret|password|passwd|passphrase|api-?_?key|access-?_?key|private-?_?key|signature|credentials?|assertion|verifier|jwt|sess(?:ion)?-?_?id|samlresponse';
const NAMES = `(?:[\\w-]*(?:${ENDINGS})|key|sig|auth|sid|session|otp|pwd)`;
const HEADERS = '(?:proxy-)?authorization|cookie|set-cookie';

/** `?token=…`, `&api_key=…`, `sid=…` in a cookie or a form, also in a URL inside a query. */
const ASSIGNED = new RegExp(
  `((?:(?<![\\w-])|(?<=%3f|%26))${NAMES}|(?<=[?&"']|^|%3f|%26)code)(=|%3d)(?:(?!%26)[^&#"\\s\\\\])+`,
  'gi',
);
/** `https://user:password@host`: the text before the last `@` of the authority. */
const IN_AUTHORITY = /(:\/\/)[^/?#"\s\\]+@/g;
/** A password that contains unencoded `/`, `?` or `#`; a port does not match. */
const IN_BROKEN_AUTHORITY = /(:\/\/)[^/?#@:"\s\\]{0,200}:(?!\d{1,5}(?:[/?#]|\b))[^"\s\\]{0,300}@/g;
/**
 * `"authorization":`, and `"Authorization",` as in arrays of raw headers. The number of backslashes gives the depth
 * of JSON in JSON.
 */
const MEMBER = new RegExp(
  `(?<!\\\\)(\\\\*)"(?:${HEADERS}|${NAMES})\\\\*"\\s{0,4}([:,])\\s{0,4}(\\[?)\\s{0,4}(?=[\\\\"\\d-])`,
  'gi',
);
/** `Authorization: Bearer …` in running text. */
const IN_TEXT = new RegExp(`\\b(${HEADERS})(: *)[^"\\\\]+`, 'gi');
/** A credential with its scheme (RFC 9110 §11.4); `Basic authentication` does not match. */
const WITH_SCHEME = /\b(Bearer|DPoP|Basic|Negotiate)( +)(?=\S{0,200}[\dA-Z=])[\w.~+/-]{4,}=*/g;
const LOWER_SCHEME = /\b(bearer|dpop)( +)[\w.~+/-]{16,}=*/gi;
/** A signed token (RFC 7519). Its first part always starts with the encoding of `{"`. */
const JWT = /\beyJ[\w-]+(?:\.[\w-]*){1,4}/g;

export const redact = (text: string): string =>
  redactMembers(withoutHiddenValues(text, REDACTED))
    .replace(IN_TEXT, `$1$2${REDACTED}`)
    .replace(ASSIGNED, `$1$2${REDACTED}`)
    .replace(IN_AUTHORITY, `$1${REDACTED}@`)
    .replace(IN_BROKEN_AUTHORITY, `$1${REDACTED}@`)
    .replace(WITH_SCHEME, `$1$2${REDACTED}`)
    .replace(LOWER_SCHEME, `$1$2${REDACTED}`)
    .replace(JWT, REDACTED);

/**
 * Redacts the values of members. A value ends at a quote of the same depth as those of its name, whatever is
 * escaped inside.
 */
function redactMembers(text: string): string {
  let done = 0;
  let out = '';
  MEMBER.lastIndex = 0;
  for (let match = MEMBER.exec(text); match !== null; match = MEMBER.exec(text)) {
    const [, depth = '', separator, bracket = ''] = match;
    out += text.slice(done, MEMBER.lastIndex);
    done = MEMBER.lastIndex;
    for (let more = true; more; ) {
      const end = valueEnd(text, done, depth.length);
      // The name was a value, as in `"scheme":"apiKey","msg":…`, and this is the name of the next member.
      if (end === undefined || (separator === ',' && matchAt(/\s{0,4}:/y, text, end))) break;
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

/** @returns the index after the string or number that starts at `at`; undefined where neither starts there */
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
