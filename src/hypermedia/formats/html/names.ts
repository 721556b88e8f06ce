/** The name of a resource: its own name, or its kind and its id. */

import { words } from '../../words.ts';
import type { Body, RenderContext } from '../format.ts';
import { isPage } from './parts.ts';

/** The member that contains the name. */
export const nameOf = (body: Body): string | undefined =>
  ['name', 'title', 'id', 'code'].find((member) => typeof body[member] === 'string' && body[member] !== '');

/** @param kind the fallback name */
export function labelOf(body: Body, kind: string): string {
  const member = nameOf(body);
  if (member === undefined) return kind;
  return member === 'name' || member === 'title' ? String(body[member]) : `${kind} ${body[member]}`;
}

/** The heading of a page: its name, and its kind above it if the name does not contain it. */
export function headingOf(
  body: Body,
  { operation }: RenderContext,
): { readonly kind?: string; readonly name: string } {
  if (isPage(body) || operation.shape === undefined)
    return { name: capital(operation.title.replace(/^(?:List|Get|Show|Find|Search) (?:the )?/, '')) };
  const kind = words(operation.shape.name);
  const name = labelOf(body, kind);
  return name.startsWith(kind) ? { name } : { kind, name };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
