import { isRawNumber } from '../codecs/exact-json.ts';

/** Whether a value is a JSON object; values that come from other services may have any type. */
export const isJsonObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
