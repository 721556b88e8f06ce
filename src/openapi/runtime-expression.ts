/** Runtime expressions of Link Objects (OpenAPI 3.1 §4.8.20.4), compiled when a document is loaded. */
import { isRawNumber, memberKey } from '../codecs/exact-json.ts';
import type { ParameterValue } from '../http/uri/href.ts';

/** What an expression can look at. */
export interface Exchange {
  readonly body: unknown;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

/** @param index the element of the array that the link holds for, where it has `x-each` */
export type Expression = (exchange: Exchange, index?: number) => ParameterValue | undefined;

/** The segments of a JSON Pointer (RFC 6901 §4). */
export const pointerSegments = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));

/** A key as a segment of a JSON Pointer (RFC 6901 §3). */
export const escapedKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

export function valueAt(value: unknown, segments: readonly string[]): unknown {
  let at = value;
  for (const segment of segments) {
    if (typeof at !== 'object' || at === null || isRawNumber(at)) return undefined;
    const key = memberKey(at, segment);
    if (key === undefined) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

/** A number is what its text says: rounded, it would be the name of another thing. */
function scalar(value: unknown): ParameterValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/**
 * Compiles `$response.body#/pointer`, `$request.path.name` and `$request.query.name`; anything else is a constant.
 * @param each pointer of the array that the link holds for each element of: its index takes the place of the 0
 */
export function compileExpression(text: string, each?: string): Expression {
  const [source = '', pointer] = text.split('#', 2);
  if (source === '$response.body') {
    const segments = pointerSegments(pointer ?? '');
    const at = each !== undefined && pointer?.startsWith(`${each}/0/`) ? pointerSegments(each).length : -1;
    if (at < 0) return ({ body }) => scalar(valueAt(body, segments));
    return ({ body }, index = 0) => scalar(valueAt(body, segments.with(at, String(index))));
  }
  const [, part, name = ''] = /^\$request\.(path|query)\.(.+)$/.exec(text) ?? [];
  if (part === 'path' || part === 'query') return (exchange) => scalar(exchange[part][name]);
  return () => text;
}
