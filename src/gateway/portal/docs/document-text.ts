/** A document as text in steps, one for each path and component that is small: a large one takes long to write. */
import { stringify } from 'yaml';
import type { Incremental } from '../../../openapi/incremental.ts';
import { isLarge, isObject } from '../../../openapi/load/grammar.ts';

/** From the document down to a component. */
const LEVELS = 3;

/** What `JSON.stringify` writes. */
export function* jsonText(value: object, levels = LEVELS): Incremental<string> {
  const members: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    members.push(`${JSON.stringify(name)}:${yield* jsonOf(one, levels - 1)}`);
    yield;
  }
  return `{${members.join()}}`;
}

function* jsonOf(value: unknown, levels: number): Incremental<string> {
  if (isObject(value) && (levels > 0 || isLarge(value))) return yield* jsonText(value, levels);
  if (!Array.isArray(value) || !isWide(value)) return JSON.stringify(value);
  const items: string[] = [];
  for (const item of value) {
    items.push(yield* jsonOf(item ?? null, 0));
    if (items.length % WIDE === 0) yield;
  }
  return `[${items.join()}]`;
}

/** Items of a list that are written in one step. */
const WIDE = 500;

const isWide = (list: readonly unknown[]): boolean => list.length > WIDE || isLarge(list);

/** @param pad before each line */
export function* yamlText(value: object, levels = LEVELS, pad = ''): Incremental<string> {
  const members: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const inner = name.length < LONG ? yield* dividedYaml(one, levels - 1, `${pad}  `) : undefined;
    members.push(inner === undefined ? plainYaml({ [name]: one }, pad) : `${pad}${keyOf(name)}:\n${inner}`);
    yield;
  }
  return members.length === 0 ? '{}\n' : members.join('');
}

/** @returns undefined for what is written in one step */
function* dividedYaml(value: unknown, levels: number, pad: string): Incremental<string | undefined> {
  if (isObject(value) && Object.keys(value).length > 0 && (levels > 0 || isLarge(value)))
    return yield* yamlText(value, levels, pad);
  if (!Array.isArray(value) || !isWide(value)) return undefined;
  const parts: string[] = [];
  for (let at = 0; at < value.length; at += WIDE) {
    parts.push(plainYaml(value.slice(at, at + WIDE), pad));
    yield;
  }
  return parts.join('');
}

const plainYaml = (value: object, pad: string): string =>
  stringify(value, { aliasDuplicateObjects: false }).replaceAll(/^(?=.)/gm, pad);

/** A longer key is written in another way (YAML 1.2.2 §8.2.2). */
const LONG = 500;

const keyOf = (name: string): string => stringify({ [name]: 0 }).slice(0, -': 0\n'.length);
