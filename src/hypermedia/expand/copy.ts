import { isRawNumber } from '../../codecs/exact-json.ts';

/** Copies JSON. `structuredClone` supports more types and takes several times as long. */
export function copyJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyJson) as T;
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value;
  const copy = { ...value };
  for (const [name, member] of Object.entries(copy))
    if (typeof member === 'object') copy[name as keyof T] = copyJson(member);
  return copy;
}
