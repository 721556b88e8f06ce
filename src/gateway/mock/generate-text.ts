/** Generates strings for a format, a pattern and a length. */

/** Examples of each validated format. The index makes them distinct. */
const OF_FORMAT: Readonly<Record<string, (index: number) => string>> = {
  date: (index) => `2030-01-${two(1 + (index % 28))}`,
  time: (index) => `12:00:${two(index % 60)}Z`,
  'date-time': (index) => `2030-01-01T12:${two(Math.floor(index / 60) % 60)}:${two(index % 60)}Z`,
  'iso-time': (index) => `12:00:${two(index % 60)}Z`,
  'iso-date-time': (index) => `2030-01-01T12:${two(Math.floor(index / 60) % 60)}:${two(index % 60)}Z`,
  duration: (index) => `P${1 + index}D`,
  uuid: (index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  email: (index) => `user${index || ''}@example.com`,
  'idn-email': (index) => `user${index || ''}@example.com`,
  hostname: (index) => `host${index || ''}.example.com`,
  'idn-hostname': (index) => `host${index || ''}.example.com`,
  ipv4: (index) => `192.0.2.${index % 256}`,
  ipv6: (index) => `2001:db8::${(index + 1).toString(16)}`,
  uri: (index) => `https://example.com/${index || ''}`,
  url: (index) => `https://example.com/${index || ''}`,
  'uri-reference': (index) => `/${index || ''}`,
  'uri-template': (index) => `/${index || ''}{id}`,
  iri: (index) => `https://example.com/${index || ''}`,
  'iri-reference': (index) => `/${index || ''}`,
  'json-pointer': (index) => `/${index}`,
  'json-pointer-uri-fragment': (index) => `#/${index}`,
  'relative-json-pointer': (index) => `${index}`,
  regex: (index) => `a${index || ''}`,
  byte: (index) => Buffer.from(String(index).padStart(3, '0')).toString('base64'),
};

const two = (value: number): string => String(value).padStart(2, '0');

export interface TextConstraints {
  readonly format: string | undefined;
  readonly patterns: readonly string[];
  readonly minLength: number;
  readonly maxLength: number;
  /** A different index gives a different string. */
  readonly index: number;
}

/** Maximum length of a generated string. */
const MAX_CHARACTERS = 10_000;

export function generateText({ format, patterns, minLength, maxLength, index }: TextConstraints): string {
  const [pattern] = patterns;
  const most = Math.min(maxLength, MAX_CHARACTERS);
  const least = Math.min(minLength, most);
  if (pattern !== undefined) return matching(pattern, least, most, index);
  const own = OF_FORMAT[format ?? '']?.(index);
  if (own !== undefined) return lengthened(own, format, least);
  const text = `text${index || ''}`;
  return text.length > most
    ? String(index).slice(-most).padStart(least, 'a').slice(0, most)
    : text.padEnd(least, 'x');
}

/** Formats that stay valid when characters are appended. */
const EXTENSIBLE_FORMATS: ReadonlySet<string> = new Set([
  'uri',
  'url',
  'iri',
  'uri-reference',
  'iri-reference',
  'json-pointer',
]);

const lengthened = (text: string, format: string | undefined, least: number): string =>
  EXTENSIBLE_FORMATS.has(format ?? '')
    ? text.padEnd(least, 'x')
    : format === 'email'
      ? text.padStart(least, 'u')
      : text;

/** A part of a pattern that can produce text. */
interface Repeated {
  readonly make: (times: Times) => string;
}
/** Chooses the number of repetitions between a minimum and a maximum. */
type Times = (least: number, most: number) => number;

/** Tries the shortest text first, then longer ones until the minimum length is reached. */
function matching(pattern: string, least: number, most: number, index: number): string {
  const template = new PatternReader(pattern).read();
  let best = '';
  for (let more = 0; more <= Math.max(64, least); more = more === 0 ? 1 : more * 2) {
    // Grow one repetition at a time first, because lengths add up.
    for (const grown of [0, 1, 2, Number.POSITIVE_INFINITY]) {
      let place = 0;
      let left = MAX_CHARACTERS;
      const text = template.make((min, max) => {
        const isGrown = max > min && (grown === Number.POSITIVE_INFINITY || place++ === grown);
        const repetitions = isGrown
          ? Math.min(max, Math.max(min, Math.min(more + index, least || more + index)))
          : min;
        const times = Math.min(repetitions, left);
        // Nested repetitions multiply.
        left -= times;
        return times;
      });
      if (text.length >= least && text.length <= most) return text;
      best = text;
      if (more === 0) break;
    }
  }
  return best;
}

const CLASSES: Readonly<Record<string, string>> = { d: '0', w: 'a', s: ' ', D: 'a', W: '-', S: 'a' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };
const PRINTABLE = Array.from({ length: 95 }, (_, offset) => String.fromCharCode(32 + offset));
/** Characters to try, in this order, for a character class. */
const PREFERRED_CHARACTERS = [...'aA0xX1bB', ...PRINTABLE];

/** Parses regular expressions (ECMA-262 §22.2) as far as needed to generate text without backtracking. */
class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Repeated {
    return this.#alternatives();
  }

  get #next(): string {
    return this.#source[this.#at] ?? '';
  }

  #alternatives(): Repeated {
    const first = this.#sequence();
    while (this.#next === '|') {
      this.#at++;
      this.#sequence();
    }
    return first;
  }

  #sequence(): Repeated {
    const pieces: Repeated[] = [];
    while (this.#at < this.#source.length && this.#next !== '|' && this.#next !== ')')
      pieces.push(this.#piece());
    return { make: (times) => pieces.map((piece) => piece.make(times)).join('') };
  }

  #piece(): Repeated {
    const atom = this.#atom();
    const [least, most] = this.#quantifier();
    if (least === 1 && most === 1) return atom;
    return {
      make: (times) => Array.from({ length: times(least, most) }, () => atom.make(times)).join(''),
    };
  }

  #quantifier(): readonly [number, number] {
    const counted = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(
      this.#source.slice(this.#at, this.#at + 32),
    );
    if (!counted) return [1, 1];
    this.#at += counted[0].length;
    const [, sign, min, comma, max] = counted;
    if (sign === '*') return [0, Number.POSITIVE_INFINITY];
    if (sign === '+') return [1, Number.POSITIVE_INFINITY];
    if (sign === '?') return [0, 1];
    return [Number(min), comma === undefined ? Number(min) : max ? Number(max) : Number.POSITIVE_INFINITY];
  }

  #atom(): Repeated {
    const character = this.#next;
    this.#at++;
    if (character === '(') return this.#group();
    if (character === '[') return literal(this.#class());
    if (character === '\\') return literal(this.#escape());
    if (character === '^' || character === '$') return literal('');
    return literal(character === '.' ? 'a' : character);
  }

  #group(): Repeated {
    const kind = /^\?(?:[:=!]|<[=!]|<[^>]*>)/.exec(this.#source.slice(this.#at, this.#at + 64))?.[0] ?? '';
    this.#at += kind.length;
    const inner = this.#alternatives();
    this.#at++;
    // Lookarounds do not add text.
    return /^\?<?[=!]$/.test(kind) ? literal('') : inner;
  }

  #escape(): string {
    const character = this.#next;
    this.#at++;
    const code = /^(?:u\{([\da-f]+)\}|u([\da-f]{4})|x([\da-f]{2}))/i.exec(
      this.#source.slice(this.#at - 1, this.#at + 10),
    );
    if (code) {
      this.#at += code[0].length - 1;
      return String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '0', 16));
    }
    if (character === 'p' || character === 'P') {
      const property = /^\{[^}]*\}/.exec(this.#source.slice(this.#at, this.#at + 64))?.[0] ?? '';
      this.#at += property.length;
      return oneOf(new RegExp(`\\${character}${property}`, 'u')) ?? '';
    }
    if (character === 'b' || character === 'B') return '';
    return CLASSES[character] ?? ESCAPES[character] ?? character;
  }

  #class(): string {
    const start = this.#at - 1;
    while (this.#at < this.#source.length && this.#next !== ']') this.#at += this.#next === '\\' ? 2 : 1;
    this.#at++;
    const source = this.#source.slice(start, this.#at);
    try {
      return oneOf(new RegExp(source, 'u')) ?? source.codePointAt(1)?.toString() ?? '';
    } catch {
      return oneOf(new RegExp(source)) ?? '';
    }
  }
}

const literal = (text: string): Repeated => ({ make: () => text });
const oneOf = (one: RegExp): string | undefined =>
  PREFERRED_CHARACTERS.find((character) => one.test(character)) ??
  [...'éßЖ中あ한ñ', '\n', '\t'].find((character) => one.test(character));
