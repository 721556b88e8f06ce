/**
 * Replaces values whose references are missing, for processes and tools that do not use them: a service reads the public
 * paths in `gateway.yaml`, but has none of the secrets of the gateway.
 */
import type { z } from 'zod';
import type { ResolvedReferences } from './references.ts';

type Path = readonly PropertyKey[];

/** A valid text for most keys, URLs included. The domain `invalid` never resolves (RFC 6761 §6.4). */
const PLACEHOLDER = 'http://unset.invalid';

/** @returns the references, with faults only where neither a placeholder nor a missing value is valid */
export function replaceMissing(references: ResolvedReferences, schema: z.ZodType): ResolvedReferences {
  const { value, faults } = references;
  // From the last, so that the removal of an element does not move others.
  const remaining = faults.toReversed().filter(({ path }) => {
    if (path.length === 0) return true;
    set(value, path, PLACEHOLDER);
    if (isValidAt(schema, value, path)) return false;
    remove(value, path);
    return !isValidAt(schema, value, path);
  });
  return { ...references, faults: remaining.toReversed() };
}

/** Whether there are no faults at the path or at the list or object with it. */
const isValidAt = (schema: z.ZodType, value: unknown, path: Path): boolean =>
  !schema
    .safeParse(value)
    .error?.issues.some(
      ({ path: at }) =>
        at.length >= path.length - 1 && at.every((key, i) => path[i] === undefined || key === path[i]),
    );

type Holder = Record<PropertyKey, unknown>;

const holderOf = (value: unknown, path: Path): Holder =>
  path.slice(0, -1).reduce<Holder>((holder, key) => holder[key] as Holder, value as Holder);

function set(value: unknown, path: Path, text: string): void {
  holderOf(value, path)[path.at(-1) as PropertyKey] = text;
}

function remove(value: unknown, path: Path): void {
  const holder = holderOf(value, path);
  const key = path.at(-1) as PropertyKey;
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}
