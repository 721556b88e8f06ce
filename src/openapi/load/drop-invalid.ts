/**
 * Removes values from a document that do not have the type that OpenAPI requires, such as a string in the place of
 * an object, and reports where they were. All later code can rely on the structure, and the rest of the document is
 * served.
 */
import { fragmentToken } from '../../contract/json-pointer.ts';
import type { DocumentFault } from './document-fault.ts';
import { type GrammarField, grammarFieldOf, isObject, type Json, type Kind } from './grammar.ts';
import { DEFAULT_INFO, INFO, reference, SCALARS, type Scalar, text } from './scalars.ts';

type OnFault = (fault: DocumentFault) => void;

/**
 * @param document changed in place
 * @throws Error for an object or a list of the grammar that has too many members for one step
 */
export function dropInvalid(document: Json, onFault: OnFault): void {
  const sanitizer = new Sanitizer(onFault);
  if (document.info !== undefined && !isObject(document.info)) delete document.info;
  if (document.info === undefined) onFault({ pointer: '#/info', reason: 'is missing: expected an object' });
  const info = { ...(document.info as Json | undefined) };
  sanitizer.sanitizeScalars(info, INFO, '#/info');
  document.info = { ...DEFAULT_INFO, ...info };
  sanitizer.sanitizeObject(document, 'document', '#');
}

/**
 * The most members of one object or list. All members are handled in one turn of the event loop, except for the
 * paths and components of a document, which are handled one by one.
 */
const MAX_MEMBERS = 20_000;
const INCREMENTAL_KINDS: ReadonlySet<Kind> = new Set(['document', 'components']);

class Sanitizer {
  readonly #onFault: OnFault;

  constructor(onFault: OnFault) {
    this.#onFault = onFault;
  }

  sanitizeObject(node: Json, kind: Kind, pointer: string): void {
    this.sanitizeScalars(node, { ...SCALARS[kind], $ref: reference }, pointer);
    for (const [name, value] of Object.entries(node)) {
      const field = grammarFieldOf(kind, name);
      if (field)
        this.#sanitizeField(
          node,
          name,
          value,
          field,
          `${pointer}/${fragmentToken(name)}`,
          INCREMENTAL_KINDS.has(kind),
        );
    }
  }

  sanitizeScalars(node: Json, expected: Readonly<Record<string, Scalar>>, pointer: string): void {
    for (const [name, scalar] of Object.entries(expected)) {
      const value = node[name];
      if (value === undefined || scalar.is(value)) continue;
      // YAML parses `version: 1.0` as a number.
      if (scalar === text && typeof value === 'number') node[name] = String(value);
      else this.#drop(node, name, `${pointer}/${fragmentToken(name)}`, scalar.expected);
    }
  }

  #sanitizeField(
    owner: Json,
    name: string,
    value: unknown,
    [shape, kind]: GrammarField,
    pointer: string,
    isIncremental: boolean,
  ): void {
    if (
      !isIncremental &&
      typeof value === 'object' &&
      value !== null &&
      Object.keys(value).length > MAX_MEMBERS
    )
      throw new Error(`${pointer} has more than ${MAX_MEMBERS} members`);
    if (name === 'content' && kind === 'mediaType' && isObject(value))
      this.#dropInvalidMediaTypes(value, pointer);
    const isParameter = name === 'parameters';
    if (shape === 'one') this.#sanitizeEntry(owner, name, kind, pointer, false);
    else if (shape === 'list' && Array.isArray(value)) {
      for (const index of value.keys())
        this.#sanitizeEntry(value, index, kind, `${pointer}/${index}`, isParameter);
      // Removed elements have left holes.
      const rest = value.filter(() => true);
      if (rest.length === value.length) return;
      // Without one alternative, valid values would be rejected. Without one of `prefixItems`, the others would
      // shift.
      if (name === 'oneOf' || name === 'anyOf') delete owner[name];
      else owner[name] = name === 'prefixItems' ? Array.from(value, (one) => one ?? {}) : rest;
    } else if (shape !== 'list' && isObject(value)) {
      for (const key of Object.keys(value))
        if (shape === 'map' || !key.startsWith('x-'))
          this.#sanitizeEntry(value, key, kind, `${pointer}/${fragmentToken(key)}`, isParameter);
    } else this.#drop(owner, name, pointer, shape === 'list' ? 'a list' : 'an object');
  }

  /** Media type names are sent in headers, so they must be printable ASCII. */
  #dropInvalidMediaTypes(content: Json, pointer: string): void {
    for (const name of Object.keys(content))
      if (!/^[ -~]+$/.test(name))
        this.#drop(content, name, `${pointer}/${fragmentToken(name)}`, 'a media type');
  }

  #sanitizeEntry(
    owner: object,
    key: string | number,
    kind: Kind,
    pointer: string,
    isParameter: boolean,
  ): void {
    const value = (owner as Json)[key];
    if (kind === 'schema' && typeof value === 'boolean') return;
    if (!isObject(value)) {
      this.#drop(owner, key, pointer, 'an object');
      return;
    }
    this.sanitizeObject(value, kind, pointer);
    if (isParameter && value.$ref === undefined && (value.name === undefined || value.in === undefined))
      this.#drop(owner, key, pointer, 'a parameter with name and in');
  }

  #drop(owner: object, key: string | number, pointer: string, expected: string): void {
    this.#onFault({ pointer, reason: `is left out: expected ${expected}` });
    delete (owner as Json)[key];
  }
}
