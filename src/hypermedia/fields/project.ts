/** Cuts a representation to what `fields` keeps. Links stay, so that what is left can still be walked. */

import { memberName } from '../../codecs/exact-json.ts';
import { isAddress, withQuery } from '../../http/uri/href.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body, Embedding } from '../formats/format.ts';
import { HYPERMEDIA_MEMBERS } from '../hypermedia-members.ts';
import { SAME } from '../selection.ts';
import type { Kept, KeptMembers } from './plan.ts';

/** @param body changed in place, with what is embedded in it */
export function cut(body: Body, kept: Kept, format: Embedding): void {
  const subjects = format.subjects(body);
  for (const subject of subjects) {
    keep(format.state(subject), kept.members);
    for (const [rel, inner] of kept.relations)
      for (const part of inner === undefined ? [] : format.embedded(subject, rel))
        cut(part, inner as Kept, format);
  }
  for (const owner of new Set([body, ...subjects]))
    for (const link of SAME.flatMap((rel) => format.links(owner, rel)))
      if (isAddress(link)) link.href = withQuery(link.href, [['fields', kept.text]]);
}

function keep(state: Body, members: KeptMembers): void {
  for (const [key, value] of Object.entries(state)) {
    const name = memberName(key);
    if (HYPERMEDIA_MEMBERS.has(name)) continue;
    const inner = members.get(name);
    if (!members.has(name)) delete state[key];
    else if (inner !== undefined) keepWithin(value, inner);
  }
}

function keepWithin(value: unknown, members: KeptMembers): void {
  if (Array.isArray(value)) for (const element of value) keepWithin(element, members);
  else if (isJsonObject(value)) keep(value, members);
}
