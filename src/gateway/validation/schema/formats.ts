/**
 * Formats (JSON Schema 2020-12, Validation §7.3) by their RFCs, where ajv-formats differs from those. Each check
 * takes linear time.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

// The package is CommonJS: its function is under `default` for ES modules.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

export function addAllFormats(ajv: Ajv2020): void {
  addFormats(ajv);
  for (const [name, validate] of Object.entries(FORMATS)) ajv.addFormat(name, { type: 'string', validate });
}

let known: ReadonlySet<string> | undefined;

/** Whether a format is known. Unknown formats are ignored. */
export function isKnownFormat(name: string): boolean {
  if (!known) {
    const ajv = new Ajv2020({ logger: false, meta: false });
    addAllFormats(ajv);
    known = new Set(Object.keys(ajv.formats));
  }
  return known.has(name);
}

/** RFC 3339 §5.6. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i;

function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (!year && year !== 0) return false;
  const last = new Date(Date.UTC(2000 + (year % 400), month ?? 0, 0)).getUTCDate();
  return month !== undefined && month >= 1 && month <= 12 && day !== undefined && day >= 1 && day <= last;
}

function isTime(text: string): boolean {
  const found = TIME.exec(text);
  if (!found) return false;
  const [hour = 0, minute = 0, second = 0] = found.slice(1, 4).map(Number);
  const [hours = 0, minutes = 0] = found.slice(5, 7).map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 60 || hours > 23 || minutes > 59) return false;
  if (second < 60) return true;
  // A leap second is at the end of a day in UTC (RFC 3339 §5.7).
  const offset = (hours * 60 + minutes) * (found[4] === '-' ? -1 : 1);
  return (hour * 60 + minute - offset + 2880) % 1440 === 1439;
}

const isDateTime = (text: string): boolean =>
  /^[^ tT]{10}t/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11));

/** RFC 3339 Appendix A: units follow each other without a gap. */
const DURATION =
  /^P(?:\d+W|(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)(?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))?|T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S))$/;

/** RFC 9562 §4. */
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** RFC 3986 Appendix B: splits a reference before each part is checked. */
const URI_PARTS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const SCHEME = /^[a-z][a-z\d+.-]*$/i;
const BROKEN_PERCENT = /%(?![\da-f]{2})/i;

/** The allowed characters of one kind of identifier; an IRI allows more (RFC 3987 §2.2). */
interface Characters {
  readonly userinfo: RegExp;
  readonly name: RegExp;
  readonly path: RegExp;
  readonly query: RegExp;
  readonly fragment: RegExp;
}

const UCS =
  '\\u{A0}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFEF}\\u{10000}-\\u{1FFFD}\\u{20000}-\\u{2FFFD}\\u{30000}-\\u{3FFFD}\\u{40000}-\\u{4FFFD}\\u{50000}-\\u{5FFFD}\\u{60000}-\\u{6FFFD}\\u{70000}-\\u{7FFFD}\\u{80000}-\\u{8FFFD}\\u{90000}-\\u{9FFFD}\\u{A0000}-\\u{AFFFD}\\u{B0000}-\\u{BFFFD}\\u{C0000}-\\u{CFFFD}\\u{D0000}-\\u{DFFFD}\\u{E1000}-\\u{EFFFD}';
const PRIVATE = '\\u{E000}-\\u{F8FF}\\u{F0000}-\\u{FFFFD}\\u{100000}-\\u{10FFFD}';

const charactersOf = (more: string, privateOnes: string): Characters => {
  const only = (also: string) => new RegExp(`^[\\w.~!$&'()*+,;=%${also}${more}\\-]*$`, 'u');
  return {
    userinfo: only(':'),
    name: only(''),
    path: only(':@\\/'),
    query: only(`:@\\/?${privateOnes}`),
    fragment: only(':@\\/?'),
  };
};
const OF_URI = charactersOf('', '');
const OF_IRI = charactersOf(UCS, PRIVATE);

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IP_FUTURE = /^v[\da-f]+\.[\w.~!$&'()*+,;=:-]+$/i;

function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const hasIpv4 = last.includes('.') && text.endsWith(last);
  if (hasIpv4 && !IPV4.test(last)) return false;
  const words = hasIpv4 ? groups.slice(0, -1) : groups;
  const count = words.length + (hasIpv4 ? 2 : 0);
  return (
    words.every((word) => /^[\da-f]{1,4}$/i.test(word)) && (halves.length === 2 ? count < 8 : count === 8)
  );
}

function isUriReference(text: string, characters: Characters, isAbsolute: boolean): boolean {
  const [, scheme, authority, path = '', query = '', fragment = ''] = URI_PARTS.exec(text) ?? [];
  if (BROKEN_PERCENT.test(text)) return false;
  if (scheme === undefined ? isAbsolute : !SCHEME.test(scheme)) return false;
  // Without a scheme the first segment has no colon, which would end a scheme.
  if (scheme === undefined && authority === undefined && /^[^/]*:/.test(path)) return false;
  if (authority === undefined ? path.startsWith('//') : path !== '' && !path.startsWith('/')) return false;
  return (
    (authority === undefined || isAuthority(authority, characters)) &&
    characters.path.test(path) &&
    characters.query.test(query) &&
    characters.fragment.test(fragment)
  );
}

function isAuthority(authority: string, characters: Characters): boolean {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !characters.userinfo.test(authority.slice(0, at))) return false;
  const place = authority.slice(at + 1);
  const inBrackets = /^\[([^\]]*)\](?::\d*)?$/.exec(place);
  if (inBrackets) return isIpv6(inBrackets[1] ?? '') || IP_FUTURE.test(inBrackets[1] ?? '');
  const [, name = ''] = /^([^:]*)(?::\d*)?$/.exec(place) ?? ['', '\0'];
  return characters.name.test(name);
}

/** RFC 6570 §2: literals, and expressions of an operator and names. */
const LITERALS = new RegExp(`^[!#$&'()*+,\\-./\\d:;=?@A-Z[\\]_a-z~%${UCS}${PRIVATE}]*$`, 'u');
const VARIABLE = /^(?:\w|%[\da-f]{2})(?:\.?(?:\w|%[\da-f]{2}))*(?::[1-9]\d{0,3}|\*)?$/i;

function isUriTemplate(text: string): boolean {
  for (const [index, piece] of text.split('{').entries()) {
    const parts = piece.split('}');
    if (parts.length !== (index === 0 ? 1 : 2)) return false;
    const literal = parts.at(-1) ?? '';
    if (!LITERALS.test(literal) || BROKEN_PERCENT.test(literal)) return false;
    if (index === 0) continue;
    const expression = (parts[0] ?? '').replace(/^[+#./;?&=,!@|]/, '');
    if (!expression.split(',').every((name) => VARIABLE.test(name))) return false;
  }
  return true;
}

/** RFC 1123 §2.1; encoded labels (RFC 5890 §2.3.2.1) must be valid too. */
const LABEL = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i;

function isHostname(text: string): boolean {
  if (text.length === 0 || text.length > 253) return false;
  return text
    .split('.')
    .every((label) => LABEL.test(label) && (label.slice(2, 4) !== '--' || isALabel(label)));
}

/** Whether a label is an A-label: encoding its decoded form gives the same label. */
function isALabel(label: string): boolean {
  if (!/^xn--/i.test(label)) return false;
  const decoded = domainToUnicode(label);
  return (
    decoded !== '' &&
    !/^xn--/i.test(decoded) &&
    isIdnLabel(decoded) &&
    domainToASCII(decoded) === label.toLowerCase()
  );
}

/** RFC 5890 §2.3.2.3. */
function isIdnHostname(text: string): boolean {
  const labels = text.split(/[.\u3002\uFF0E\uFF61]/);
  if (text === '' || labels.includes('')) return false;
  const encoded = labels.map((label) => (/^[\0-\x7F]*$/.test(label) ? label : domainToASCII(label)));
  return (
    isHostname(encoded.join('.')) && labels.every((label) => /^[\0-\x7F]*$/.test(label) || isIdnLabel(label))
  );
}

/** Checks characters that IDNA allows only in context (RFC 5892 Appendix A) or never (§2.6). */
function isIdnLabel(label: string): boolean {
  if (/^\p{M}/u.test(label) || label.startsWith('-') || label.endsWith('-') || label.slice(2, 4) === '--')
    return false;
  if (/[\u0640\u07FA\u302E\u302F\u3031-\u3035\u303B]/.test(label)) return false;
  if (/(?<!l)\u00B7|\u00B7(?!l)/.test(label)) return false;
  if (/\u0375(?!\p{Script=Greek})/u.test(label)) return false;
  if (/(?<!\p{Script=Hebrew})[\u05F3\u05F4]/u.test(label)) return false;
  if (label.includes('\u30FB') && !/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(label))
    return false;
  if (/[\u0660-\u0669]/.test(label) && /[\u06F0-\u06F9]/.test(label)) return false;
  // Joiners follow a virama.
  return !/(?<![\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA\u0E3A\u0F84\u1039\u17D2])\u200D/.test(
    label,
  );
}

/** RFC 5321 §4.1.2. */
const DOT_STRING = /^[a-z\d!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z\d!#$%&'*+/=?^_`{|}~-]+)*$/i;
const QUOTED = /^"(?:[ !#-[\]-~]|\\[ -~])*"$/;
const DOT_STRING_UTF8 =
  /^[a-z\d!#$%&'*+/=?^_`{|}~\u{80}-\u{10FFFF}-]+(?:\.[a-z\d!#$%&'*+/=?^_`{|}~\u{80}-\u{10FFFF}-]+)*$/iu;
const QUOTED_UTF8 = /^"(?:[ !#-[\]-~\u{80}-\u{10FFFF}]|\\[ -~])*"$/u;

function isMailbox(text: string, isInternational: boolean): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64 * 4) return false;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (
    !(isInternational ? [DOT_STRING_UTF8, QUOTED_UTF8] : [DOT_STRING, QUOTED]).some((one) => one.test(local))
  )
    return false;
  const literal = /^\[(?:IPv6:(.+)|(.+))\]$/i.exec(domain);
  if (literal) return literal[1] === undefined ? IPV4.test(literal[2] ?? '') : isIpv6(literal[1]);
  return isInternational ? isIdnHostname(domain) : isHostname(domain);
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, 'u') !== undefined;
  } catch {
    return false;
  }
}

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': isDateTime,
  duration: (text) => DURATION.test(text),
  uuid: (text) => UUID.test(text),
  ipv4: (text) => IPV4.test(text),
  ipv6: isIpv6,
  uri: (text) => isUriReference(text, OF_URI, true),
  'uri-reference': (text) => isUriReference(text, OF_URI, false),
  iri: (text) => isUriReference(text, OF_IRI, true),
  'iri-reference': (text) => isUriReference(text, OF_IRI, false),
  'uri-template': isUriTemplate,
  hostname: isHostname,
  'idn-hostname': isIdnHostname,
  email: (text) => isMailbox(text, false),
  'idn-email': (text) => isMailbox(text, true),
  regex: isRegex,
};
