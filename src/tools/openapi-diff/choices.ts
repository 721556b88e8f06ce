/** Matches the alternatives of `oneOf` and `anyOf` of two documents, which have no order and often no name. */
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../openapi/load/grammar.ts';
import { referenceName } from '../../openapi/reference.ts';
import type { LocatedValue } from './change.ts';
import { viewOf } from './schema-view.ts';

interface Choice {
  readonly spot: LocatedValue;
  readonly name: string;
}

interface Matched {
  readonly pairs: readonly (readonly [old: LocatedValue, now: LocatedValue])[];
  readonly gone: readonly Choice[];
  readonly added: readonly Choice[];
}

export function matchChoices(
  old: readonly LocatedValue[],
  now: readonly LocatedValue[],
  documents: { readonly old: object; readonly now: object },
): Matched {
  const added = now.map((spot) => ({ spot, name: nameOf(documents.now, spot) }));
  const pairs: [LocatedValue, LocatedValue][] = [];
  const gone: Choice[] = [];
  for (const spot of old) {
    const name = nameOf(documents.old, spot);
    const same = added.findIndex((one) => isDeepStrictEqual(one.spot.value, spot.value));
    const index = same >= 0 ? same : added.findIndex((one) => one.name === name);
    const [found] = index < 0 ? [] : added.splice(index, 1);
    if (found) pairs.push([spot, found.spot]);
    else gone.push({ spot, name });
  }
  return { pairs, gone, added };
}

/** The name of the component, a title, a constant member, or the type. */
function nameOf(document: object, spot: LocatedValue): string {
  const named = isObject(spot.value) ? (referenceName(spot.value) ?? spot.value.title) : undefined;
  if (typeof named === 'string') return named;
  const { types, properties, values } = viewOf(document, spot);
  for (const [name, { value }] of properties)
    if (isObject(value) && 'const' in value) return `${name} ${JSON.stringify(value.const)}`;
  if (values) return values.map((value) => JSON.stringify(value)).join(' or ');
  return types ? [...types].join(' or ') : 'anything';
}
