/** What an operation answers by its document: the response that is wanted, and an example of its body. */
import type { MediaTypeObject, OpenAPIObject, ResponseObject } from 'openapi3-ts/oas31';
import { resolveReference } from '../../openapi/reference.ts';
import { boundedSample } from './bounded-sample.ts';

export interface MockPreferences {
  /** A status, where another than the first success is wanted. */
  readonly code?: string | undefined;
  /** The name of an example. */
  readonly example?: string | undefined;
}

export interface SelectedResponse {
  readonly status: number;
  /** As the document has it: a status, a range, or `default`. */
  readonly key: string;
  readonly response: ResponseObject;
}

/** The response with the status that is wished for where the document has it: a preference may be ignored (RFC 7240 §2). */
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

/** `2XX` stands for its first, `default` for a success where none is declared. */
const statusOf = (status = '200'): number => Number(status.replaceAll(/x/gi, '0')) || 200;

/** An example of the document, with its place below the media type. */
interface DocumentExample {
  readonly place: string;
  readonly value: unknown;
}

/** Whether a media type has an example of this name. */
export const hasExample = ({ examples }: MediaTypeObject, name: string): boolean =>
  Object.hasOwn(examples ?? {}, name);

/** The one that is wanted, or all. */
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

/** What its schema allows, with the examples that are in it. */
export const sampleOf = (document: OpenAPIObject, { schema }: MediaTypeObject): unknown =>
  boundedSample(document, schema ?? {});
