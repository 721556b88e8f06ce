/** Parses named text values into one object, as their schemas require. */
import { JsonError, readJson } from '../../../codecs/read-json.ts';
import { defaultLimits, type JsonLimits } from '../../../config/limits.ts';
import { fragmentPointer } from '../../../contract/json-pointer.ts';
import type { Fault } from '../../../contract/problem.ts';
import type { Encoding } from '../../../http/uri/encoding.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { parseDeepObject } from './deep-object.ts';
import type { Field } from './field.ts';
import { readStyled } from './style.ts';

/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Encoded values by name. */
export type RawValues = ReadonlyMap<string, readonly string[]>;

interface ReadResult {
  readonly value: Json;
  readonly faults: readonly Fault[];
  /** Names without a field. */
  readonly unknown: readonly string[];
}

export class Fields {
  readonly #location: Fault['in'];
  readonly #encoding: Encoding;
  readonly #json: JsonLimits;
  readonly #fields = new Map<string, Field>();
  /** Fields whose members are sent under their own names. */
  readonly #exploded: readonly Field[];

  constructor(
    fields: readonly Field[],
    place: Fault['in'],
    encoding: Encoding,
    json: JsonLimits = defaultLimits,
  ) {
    this.#location = place;
    this.#json = json;
    this.#encoding = encoding;
    this.#exploded = fields.filter(({ members }) => members !== undefined);
    for (const field of fields) if (!field.members) this.#fields.set(field.name, field);
  }

  get size(): number {
    return this.#fields.size + this.#exploded.length;
  }

  get names(): readonly string[] {
    return [
      ...this.#fields.keys(),
      ...this.#exploded.flatMap(({ name, members }) =>
        members?.isDeep ? [`${name}[…]`] : [...(members?.names ?? [])],
      ),
    ];
  }

  /** The pointer as the client knows it: members of an exploded object have no parent in the request. */
  externalPointer(pointer: string): string {
    const parent = this.#exploded.find(
      ({ name, members }) => !members?.isDeep && pointer.startsWith(`${fragmentPointer([name])}/`),
    );
    return parent ? `#${pointer.slice(fragmentPointer([parent.name]).length)}` : pointer;
  }

  /** @param isLenient whether an encoded comma is a delimiter too */
  read(texts: RawValues, isLenient = false): ReadResult {
    const entries: [string, unknown][] = [];
    const faults: Fault[] = [];
    const unknown: string[] = [];
    const exploded = new Map<Field, [string, readonly string[]][]>();
    for (const [name, values] of texts) {
      const field = this.#fields.get(name);
      const owner = field ? undefined : this.#ownerOf(name);
      if (owner) {
        const members = exploded.get(owner) ?? [];
        members.push([name, values]);
        exploded.set(owner, members);
      } else if (!field) unknown.push(name);
      else if (!(field.allowsEmpty && values.every((value) => value === ''))) {
        const result = this.#readField(field, values, isLenient);
        if (result.detail === undefined) entries.push([name, result.value]);
        else faults.push({ in: this.#location, pointer: fragmentPointer([name]), detail: result.detail });
      }
    }
    for (const [{ name, members }, parts] of exploded) {
      const decoded = parts.map(([part, values]): [string, unknown] => [part, this.decodeUnknown(values)]);
      const value = members?.isDeep
        ? parseDeepObject(name, decoded, this.#json.depth)
        : Object.fromEntries(decoded);
      if (value) entries.push([name, value]);
      else
        faults.push({
          in: this.#location,
          pointer: fragmentPointer([name]),
          detail: `is nested more than ${this.#json.depth} levels deep`,
        });
    }
    return { value: Object.fromEntries(entries), faults, unknown };
  }

  /** A value without a known serialization. */
  decodeUnknown(values: readonly string[]): unknown {
    const decoded = values.map(this.#encoding.decode);
    return decoded.length === 1 ? decoded[0] : decoded;
  }

  /** Whether a name belongs to a field. */
  has(name: string): boolean {
    return this.#fields.has(name) || this.#ownerOf(name) !== undefined;
  }

  #ownerOf(name: string): Field | undefined {
    return (
      this.#exploded.find(({ name: owner, members }) =>
        members?.isDeep ? name.startsWith(`${owner}[`) : members?.names.has(name),
      ) ?? this.#exploded.find(({ members }) => !members?.isDeep && members?.allowsOthers)
    );
  }

  #readField(
    field: Field,
    texts: readonly string[],
    isLenient: boolean,
  ): { value?: unknown; detail?: string } {
    const isOne = ['scalar', 'object'].includes(field.shape);
    // A browser sends one cookie for each path, the nearest path first (RFC 6265 §5.4).
    const values = isOne && this.#location === 'cookie' ? texts.slice(0, 1) : texts;
    if (values.length > 1 && isOne) return { detail: 'must be given once' };
    const value = readStyled(field, values, this.#encoding, isLenient);
    if (field.isJson) return parseJson(String(value), this.#json);
    if (!field.numeric) return { value };
    return { value: Array.isArray(value) ? value.map(toNumber) : toNumber(value) };
  }
}

/** Invalid numbers must fail validation at their position instead of being converted as JavaScript would. */
const toNumber = (value: unknown): unknown => (NUMBER.test(String(value)) ? value : NOT_A_NUMBER);

/** A value that is not a number, so that its schema rejects it. */
const NOT_A_NUMBER = Object.freeze({});

function parseJson(text: string, limits: JsonLimits): { value?: unknown; detail?: string } {
  try {
    return { value: readJson(text, limits) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { detail: error.message };
  }
}
