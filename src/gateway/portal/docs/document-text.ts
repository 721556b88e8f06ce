/** Serializes a document in steps of one small path or component, because large documents take long. */
import { stringify } from 'yaml';
import type { Incremental } from '../../../openapi/incremental.ts';
import { isLarge, isObject } from '../../../openapi/load/grammar.ts';

/** Levels from the document to a component. */
const LEVELS = 3;

/** Writes the same text as `JSON.stringify`. */
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
    if (items.length % ITEMS_PER_STEP === 0) yield;
  }
  return `[${items.join()}]`;
}

/** Items of a list that are serialized in one step. */
const ITEMS_PER_STEP = 500;

const isWide = (list: readonly unknown[]): boolean => list.length > ITEMS_PER_STEP || isLarge(list);

/** @param pad indentation of each line */
export function* yamlText(value: object, levels = LEVELS, pad = ''): Incremental<string> {
  const members: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const inner = name.length < MAX_SIMPLE_KEY ? yield* dividedYaml(one, levels - 1, `${pad}  `) : undefined;
    members.push(inner === undefined ? plainYaml({ [name]: one }, pad) : `${pad}${keyOf(name)}:\n${inner}`);
    yield;
  }
  return members.length === 0 ? '{}\n' : members.join('');
}

/** @returns undefined for a value that is serialized in one step */
function* dividedYaml(value: unknown, levels: number, pad: string): Incremental<string | undefined> {
  if (isObject(value) && Object.keys(value).length > 0 && (levels > 0 || isLarge(value)))
    return yield* yamlText(value, levels, pad);
  if (!Array.isArray(value) || !isWide(value)) return undefined;
  const parts: string[] = [];
  for (let at = 0; at < value.length; at += ITEMS_PER_STEP) {
    parts.push(plainYaml(value.slice(at, at + ITEMS_PER_STEP), pad));
    yield;
  }
  return parts.join('');
}

const plainYaml = (value: object, pad: string): string =>
  stringify(value, { aliasDuplicateObjects: false }).replaceAll(/^(?=.)/gm, pad);

/** YAML writes longer keys in a different style (YAML 1.2.2 §8.2.2). */
const MAX_SIMPLE_KEY = 500;

const keyOf = (name: string): string => stringify({ [name]: 0 }).slice(0, -': 0\n'.length);
