/** Reduces a representation to the selected fields. Links stay, so that clients can still follow them. */

import { memberName } from '../../codecs/exact-json.ts';
import { isAddress, withQuery } from '../../http/uri/href.ts';
import { isJsonObject } from '../../openapi/is-object.ts';
import type { Body, Embedding } from '../formats/format.ts';
import { HYPERMEDIA_MEMBERS } from '../hypermedia-members.ts';
import { SELF_AND_PAGING } from '../selection.ts';
import type { FieldSelection, MemberSelection } from './plan.ts';

/** @param body changed in place, including embedded parts */
export function project(body: Body, selection: FieldSelection, format: Embedding): void {
  const resources = format.resources(body);
  for (const resource of resources) {
    projectMembers(format.state(resource), selection.members);
    for (const [rel, inner] of selection.relations)
      for (const part of inner === undefined ? [] : format.embedded(resource, rel))
        project(part, inner as FieldSelection, format);
  }
  for (const owner of new Set([body, ...resources]))
    for (const link of SELF_AND_PAGING.flatMap((rel) => format.links(owner, rel)))
      if (isAddress(link)) link.href = withQuery(link.href, [['fields', selection.text]]);
}

function projectMembers(state: Body, members: MemberSelection): void {
  for (const [key, value] of Object.entries(state)) {
    const name = memberName(key);
    if (HYPERMEDIA_MEMBERS.has(name)) continue;
    const inner = members.get(name);
    if (!members.has(name)) delete state[key];
    else if (inner !== undefined) projectValue(value, inner);
  }
}

function projectValue(value: unknown, members: MemberSelection): void {
  if (Array.isArray(value)) for (const element of value) projectValue(element, members);
  else if (isJsonObject(value)) projectMembers(value, members);
}
