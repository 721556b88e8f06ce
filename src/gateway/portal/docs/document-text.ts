/** A document as text in steps, one for each path and component: that of a large one takes long to write. */
import { stringify } from 'yaml';
import type { Steps } from '../../../openapi/incremental.ts';
import { isObject } from '../../../openapi/load/grammar.ts';

/** From the document down to a component. */
const LEVELS = 3;

/** What `JSON.stringify` writes. */
export function* jsonText(value: object, levels = LEVELS): Steps<string> {
  const members: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const text = levels > 1 && isObject(one) ? yield* jsonText(one, levels - 1) : JSON.stringify(one);
    members.push(`${JSON.stringify(name)}:${text}`);
    yield;
  }
  return `{${members.join()}}`;
}

export function* yamlText(value: object, levels = LEVELS): Steps<string> {
  const members: string[] = [];
  for (const [name, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const isDivided = levels > 1 && isObject(one) && Object.keys(one).length > 0 && name.length < LONG;
    if (isDivided) {
      const inner = yield* yamlText(one, levels - 1);
      members.push(`${keyOf(name)}:\n${inner.replaceAll(/^(?=.)/gm, '  ')}`);
    } else members.push(stringify({ [name]: one }, { aliasDuplicateObjects: false }));
    yield;
  }
  return members.length === 0 ? '{}\n' : members.join('');
}

/** A longer key is written in another way (YAML 1.2.2 §8.2.2). */
const LONG = 500;

const keyOf = (name: string): string => stringify({ [name]: 0 }).slice(0, -': 0\n'.length);
