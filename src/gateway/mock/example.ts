/** What an operation answers by its document: the response that is wanted, and an example of its body. */
import type { MediaTypeObject, OpenAPIObject, ResponseObject } from 'openapi3-ts/oas31';
import { Problem } from '../../contract/problem.ts';
import { badRequest } from '../../contract/problems.ts';
import { resolveReference } from '../../hypermedia/reference.ts';
import { boundedSample } from './bounded-sample.ts';

export interface Wish {
  /** A status, where another than the first success is wanted. */
  readonly code?: string | undefined;
  /** The name of an example. */
  readonly example?: string | undefined;
}

export interface Example {
  readonly status: number;
  /** In the document's order. */
  readonly content: Readonly<Record<string, MediaTypeObject>>;
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
      ? (statuses.find((one) => one.startsWith('2')) ?? statuses[0])
      : ranges.find((one) => statuses.includes(one));
  if (code !== undefined && status === undefined)
    throw new Problem(badRequest, `The document has no answer ${code} here, but ${statuses.join(', ')}.`);
  const response = resolveReference<ResponseObject>(
    document,
    responses[status ?? ''] as ResponseObject | undefined,
  );
  return { status: statusOf(code ?? status), content: response?.content ?? {} };
}

/** `2XX` stands for its first, `default` for a success where none is declared. */
const statusOf = (status = '200'): number => Number(status.replaceAll(/x/gi, '0')) || 200;

/** @throws Problem bad-request (400) for an example that the document does not have */
export function bodyOf(document: OpenAPIObject, media: MediaTypeObject, { example: name }: Wish): unknown {
  const { example, schema } = media;
  const examples = Object.entries(media.examples ?? {});
  const [, chosen] = examples.find(([one]) => name === undefined || one === name) ?? [];
  if (name !== undefined && chosen === undefined)
    throw new Problem(
      badRequest,
      `There is no example ${name} here, but ${examples.map(([one]) => one).join(', ') || 'none'}.`,
    );
  const found = resolveReference<{ value?: unknown }>(document, chosen);
  if (found?.value !== undefined) return found.value;
  if (example !== undefined) return example;
  return boundedSample(document, schema ?? {});
}
