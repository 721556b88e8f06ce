/** Runtime expressions of Link Objects (OpenAPI 3.1 §4.8.20.4), compiled when a document is loaded. */
import { isRawNumber } from '../codecs/exact-json.ts';
import { pointerTokens } from '../contract/json-pointer.ts';
import type { ParameterValue } from '../http/uri/href.ts';
import { valueAt } from './value-at.ts';

/** The values that an expression can read. */
export interface ExpressionContext {
  readonly body: unknown;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
}

/** @param index the array element that the link is for, where the link has `x-each` */
export type RuntimeExpression = (context: ExpressionContext, index?: number) => ParameterValue | undefined;

/** Keeps the text of large numbers: a rounded number would identify another resource. */
function scalar(value: unknown): ParameterValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return isRawNumber(value) ? value.rawJSON : undefined;
}

/**
 * Compiles `$response.body#/pointer`, `$request.path.name` and `$request.query.name`; anything else is a constant.
 * @param each pointer of the array whose elements the link is for; the element's index replaces the 0
 */
export function compileExpression(text: string, each?: string): RuntimeExpression {
  const [source = '', pointer] = text.split('#', 2);
  if (source === '$response.body') {
    const segments = pointerTokens(pointer ?? '');
    const at = each !== undefined && pointer?.startsWith(`${each}/0/`) ? pointerTokens(each).length : -1;
    if (at < 0) return ({ body }) => scalar(valueAt(body, segments));
    return ({ body }, index = 0) => scalar(valueAt(body, segments.with(at, String(index))));
  }
  const [, part, name = ''] = /^\$request\.(path|query)\.(.+)$/.exec(text) ?? [];
  if (part === 'path' || part === 'query') return (context) => scalar(context[part][name]);
  return () => text;
}
