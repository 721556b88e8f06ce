import { isRawNumber } from '../codecs/exact-json.ts';

/** Tells what JSON calls an object from all else: what comes from another service may be anything. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
