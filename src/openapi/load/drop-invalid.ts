/**
 * Takes out of a document what is not what its place asks for, such as a text where an object has to be, and says where
 * it was: whatever comes after can trust the form, and the rest of the document is served.
 */
import { fragmentToken } from '../../contract/json-pointer.ts';
import type { DocumentFault } from './document-fault.ts';
import { type Field, fieldOf, isObject, type Json, type Kind } from './grammar.ts';
import { DEFAULT_INFO, INFO, reference, SCALARS, type Scalar, text } from './scalars.ts';

type OnFault = (fault: DocumentFault) => void;

/**
 * @param document changed in place
 * @throws Error for an object or a list of the grammar that has too many members to be gone through at once
 */
export function makeSound(document: Json, onFault: OnFault): void {
  const sound = new Sound(onFault);
  if (document.info !== undefined && !isObject(document.info)) delete document.info;
  if (document.info === undefined) onFault({ pointer: '#/info', reason: 'is missing: expected an object' });
  const info = { ...(document.info as Json | undefined) };
  sound.scalars(info, INFO, '#/info');
  document.info = { ...DEFAULT_INFO, ...info };
  sound.object(document, 'document', '#');
}

/**
 * Of one object or list. Whatever goes through one does so in one turn of the event loop, but for the paths and
 * components of a document, which are gone through one by one.
 */
const MOST_MEMBERS = 20_000;
const DIVIDED: ReadonlySet<Kind> = new Set(['document', 'components']);

class Sound {
  readonly #onFault: OnFault;

  constructor(onFault: OnFault) {
    this.#onFault = onFault;
  }

  object(node: Json, kind: Kind, pointer: string): void {
    this.scalars(node, { ...SCALARS[kind], $ref: reference }, pointer);
    for (const [name, value] of Object.entries(node)) {
      const field = fieldOf(kind, name);
      if (field)
        this.#member(node, name, value, field, `${pointer}/${fragmentToken(name)}`, DIVIDED.has(kind));
    }
  }

  scalars(node: Json, expected: Readonly<Record<string, Scalar>>, pointer: string): void {
    for (const [name, scalar] of Object.entries(expected)) {
      const value = node[name];
      if (value === undefined || scalar.is(value)) continue;
      // YAML reads `version: 1.0` as a number.
      if (scalar === text && typeof value === 'number') node[name] = String(value);
      else this.#drop(node, name, `${pointer}/${fragmentToken(name)}`, scalar.expected);
    }
  }

  #member(
    owner: Json,
    name: string,
    value: unknown,
    [shape, kind]: Field,
    pointer: string,
    isDivided: boolean,
  ): void {
    if (!isDivided && typeof value === 'object' && value !== null && Object.keys(value).length > MOST_MEMBERS)
      throw new Error(`${pointer} has more than ${MOST_MEMBERS} members`);
    if (name === 'content' && kind === 'mediaType' && isObject(value)) this.#mediaTypes(value, pointer);
    const isParameter = name === 'parameters';
    if (shape === 'one') this.#one(owner, name, kind, pointer, false);
    else if (shape === 'list' && Array.isArray(value)) {
      for (const index of value.keys()) this.#one(value, index, kind, `${pointer}/${index}`, isParameter);
      // What was taken out has left a hole.
      const rest = value.filter(() => true);
      if (rest.length === value.length) return;
      // One alternative less would refuse what it takes; an item less would move the others.
      if (name === 'oneOf' || name === 'anyOf') delete owner[name];
      else owner[name] = name === 'prefixItems' ? Array.from(value, (one) => one ?? {}) : rest;
    } else if (shape !== 'list' && isObject(value)) {
      for (const key of Object.keys(value))
        if (shape === 'map' || !key.startsWith('x-'))
          this.#one(value, key, kind, `${pointer}/${fragmentToken(key)}`, isParameter);
    } else this.#drop(owner, name, pointer, shape === 'list' ? 'a list' : 'an object');
  }

  /** Their names go into headers. */
  #mediaTypes(content: Json, pointer: string): void {
    for (const name of Object.keys(content))
      if (!/^[ -~]+$/.test(name))
        this.#drop(content, name, `${pointer}/${fragmentToken(name)}`, 'a media type');
  }

  #one(owner: object, key: string | number, kind: Kind, pointer: string, isParameter: boolean): void {
    const value = (owner as Json)[key];
    if (kind === 'schema' && typeof value === 'boolean') return;
    if (!isObject(value)) {
      this.#drop(owner, key, pointer, 'an object');
      return;
    }
    this.object(value, kind, pointer);
    if (isParameter && value.$ref === undefined && (value.name === undefined || value.in === undefined))
      this.#drop(owner, key, pointer, 'a parameter with name and in');
  }

  #drop(owner: object, key: string | number, pointer: string, expected: string): void {
    this.#onFault({ pointer, reason: `is left out: expected ${expected}` });
    delete (owner as Json)[key];
  }
}
