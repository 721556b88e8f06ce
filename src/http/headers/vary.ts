/** `Vary` (RFC 9110 §12.5.5) of a response whose head is a raw array, in addition to headers that were set before. */
import type { ServerResponse } from 'node:http';
import { fieldOf } from './raw-headers.ts';

/** The current value, in lower case. `writeHead` replaces what `setHeader` has set. */
export const varyNames = (head: readonly string[], res: Pick<ServerResponse, 'getHeader'>): string[] =>
  currentVary(head, res)
    .toLowerCase()
    .split(/\s*,\s*/);

/** Adds the names that are missing. */
export function addVary(
  head: string[],
  res: Pick<ServerResponse, 'getHeader'>,
  added: readonly string[],
): void {
  const current = currentVary(head, res);
  const names = varyNames(head, res);
  const missing = names.includes('*') ? [] : added.filter((name) => !names.includes(name.toLowerCase()));
  if (missing.length === 0) return;
  const value = missing.join(', ');
  head.push('Vary', fieldOf(head, 'vary') === undefined && current !== '' ? `${current}, ${value}` : value);
}

const currentVary = (head: readonly string[], res: Pick<ServerResponse, 'getHeader'>): string =>
  fieldOf(head, 'vary') ?? [res.getHeader('vary') ?? []].flat().join(', ');
