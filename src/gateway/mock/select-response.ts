/** Selects the response of an operation from its document, and an example for its body. */
import type { MediaTypeObject, OpenAPIObject, ResponseObject } from 'openapi3-ts/oas31';
import { resolveReference } from '../../openapi/reference.ts';
import { boundedSample } from './bounded-sample.ts';

export interface MockPreferences {
  /** The preferred status, instead of the first success. */
  readonly code?: string | undefined;
  /** The name of the preferred example. */
  readonly example?: string | undefined;
}

export interface SelectedResponse {
  readonly status: number;
  /** The key in the document: a status, a range, or `default`. */
  readonly key: string;
  readonly response: ResponseObject;
}

/** Selects the response with the preferred status if the document has it: preferences may be ignored (RFC 7240 §2). */
export function selectResponse(
  document: OpenAPIObject,
  responses: Readonly<Record<string, unknown>> = {},
  { code }: MockPreferences,
): SelectedResponse {
  const statuses = Object.keys(responses).filter((status) => !status.startsWith('x-'));
  const ranges = code === undefined ? [] : [code, `${code[0]}XX`, 'default'];
  const preferred = ranges.find((one) => statuses.includes(one));
  const first = statuses.find((one) => one.startsWith('2')) ?? statuses.find((one) => !one.startsWith('1'));
  const key = preferred ?? first ?? '';
  const response = resolveReference<ResponseObject>(document, responses[key] as ResponseObject | undefined);
  const status = statusOf(preferred === undefined ? first : code);
  return { status, key, response: response ?? { description: '' } };
}

/** Uses 200 for `2XX`, and for `default` if no success is declared. */
const statusOf = (status = '200'): number => Number(status.replaceAll(/x/gi, '0')) || 200;

/** An example of the document, with its path below the media type. */
interface DocumentExample {
  readonly place: string;
  readonly value: unknown;
}

/** Whether a media type has an example of this name. */
export const hasExample = ({ examples }: MediaTypeObject, name: string): boolean =>
  Object.hasOwn(examples ?? {}, name);

/** The preferred example, or all examples. */
export function examplesOf(
  document: OpenAPIObject,
  media: MediaTypeObject,
  { example: name }: MockPreferences,
): DocumentExample[] {
  const examples = Object.entries(media.examples ?? {});
  const chosen = examples.filter(([one]) => name === undefined || one === name);
  const shown = chosen.map(([one, example]) => ({
    place: `examples/${one}`,
    value: resolveReference<{ value?: unknown }>(document, example)?.value,
  }));
  return [...shown, { place: 'example', value: media.example }].filter(({ value }) => value !== undefined);
}

/** Creates a sample from the schema and the examples in it. */
export const sampleOf = (document: OpenAPIObject, { schema }: MediaTypeObject): unknown =>
  boundedSample(document, schema ?? {});
