/** What an operation answers by its document: the response that is wanted, and an example of its body. */
import type { MediaTypeObject, OpenAPIObject, ResponseObject } from 'openapi3-ts/oas31';
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { resolveReference } from '../../openapi/reference.ts';
import { boundedSample } from './bounded-sample.ts';

export interface Wish {
  /** A status, where another than the first success is wanted. */
  readonly code?: string | undefined;
  /** The name of an example. */
  readonly example?: string | undefined;
}

export interface Example {
  readonly status: number;
  /** As the document has it: a status, a range, or `default`. */
  readonly key: string;
  readonly response: ResponseObject;
}

/** @throws Problem bad-request (400) for a status that the document does not have */
export function responseOf(
  document: OpenAPIObject,
  responses: Readonly<Record<string, unknown>> = {},
  { code }: Wish,
): Example {
  const statuses = Object.keys(responses).filter((status) => !status.startsWith('x-'));
  const ranges = code === undefined ? [] : [code, `${code[0]}XX`, 'default'];
  const status =
    code === undefined
      ? (statuses.find((one) => one.startsWith('2')) ?? statuses.find((one) => !one.startsWith('1')))
      : ranges.find((one) => statuses.includes(one));
  if (code !== undefined && status === undefined)
    throw new Problem(badRequest, `The document has no answer ${code} here, but ${statuses.join(', ')}.`);
  const response = resolveReference<ResponseObject>(
    document,
    responses[status ?? ''] as ResponseObject | undefined,
  );
  return { status: statusOf(code ?? status), key: status ?? '', response: response ?? { description: '' } };
}

/** `2XX` stands for its first, `default` for a success where none is declared. */
const statusOf = (status = '200'): number => Number(status.replaceAll(/x/gi, '0')) || 200;

/** An example of the document, with its place below the media type. */
interface Shown {
  readonly place: string;
  readonly value: unknown;
}

/** The one that is wanted, or all; @throws Problem bad-request (400) for one that the document does not have */
export function examplesOf(
  document: OpenAPIObject,
  media: MediaTypeObject,
  { example: name }: Wish,
): Shown[] {
  const examples = Object.entries(media.examples ?? {});
  const chosen = examples.filter(([one]) => name === undefined || one === name);
  if (name !== undefined && chosen.length === 0)
    throw new Problem(
      badRequest,
      `There is no example ${name} here, but ${examples.map(([one]) => one).join(', ') || 'none'}.`,
    );
  const shown = chosen.map(([one, example]) => ({
    place: `examples/${one}`,
    value: resolveReference<{ value?: unknown }>(document, example)?.value,
  }));
  return [...shown, { place: 'example', value: media.example }].filter(({ value }) => value !== undefined);
}

/** What its schema allows, with the examples that are in it. */
export const sampleOf = (document: OpenAPIObject, { schema }: MediaTypeObject): unknown =>
  boundedSample(document, schema ?? {});
