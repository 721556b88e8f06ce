/** Parses the raw parts of a request into typed handler input, with the schemas of the contract. */
import { getOpenApiMetadata } from '@asteasolutions/zod-to-openapi';
import type { Limits } from '../config/limits.ts';
import { fragmentPointer } from '../contract/json-pointer.ts';
import type { Operation } from '../contract/operation.ts';
import { type Fault, Problem } from '../contract/problem.ts';
import { validationFailed } from '../contract/problems.ts';
import { z } from '../contract/schema.ts';
import { createPatchFunction, isPatch } from '../contract/schemas/patch.ts';

export interface RawInput {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The media type of the body, without parameters. It tells the kinds of patch apart. */
  readonly mediaType?: string;
}

export interface ParsedInput {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

/**
 * Creates the parser of an operation.
 * @returns a function that throws Problem validation-failed (400) with a pointer to every fault
 */
export function inputParser(
  operation: Operation,
  { body: bytes, depth }: Pick<Limits, 'body' | 'depth'>,
): (raw: RawInput) => ParsedInput {
  const params = operation.params ?? z.object({});
  const query = z.strictObject(operation.query?.shape ?? {});
  const lists = new Map(
    Object.entries(query.shape as Record<string, z.ZodType>)
      .filter(([, schema]) => isList(schema))
      .map(([name, schema]) => [name, { joined: getOpenApiMetadata(schema).param?.explode === false }]),
  );
  const { body: declared } = operation;
  const body = ({ mediaType = '' }: RawInput, parse: (schema: z.ZodType) => unknown): unknown => {
    if (!isPatch(declared)) return declared && parse(declared);
    const { schema } = declared.content[mediaType] ?? {};
    return schema && createPatchFunction(declared, mediaType, parse(schema), { bytes, depth });
  };
  return (raw) => {
    const faults: Fault[] = [];
    const parse = (part: Fault['in'], schema: z.ZodType, value: unknown): unknown => {
      const result = schema.safeParse(value);
      if (!result.success) faults.push(...result.error.issues.flatMap((issue) => faultsOf(part, issue)));
      return result.data;
    };
    const input = {
      params: parse('path', params, raw.params),
      query: parse('query', query, queryValues(raw.query, lists)),
      body: body(raw, (schema) => parse('body', schema, raw.body)),
    };
    if (faults.length > 0)
      throw new Problem(validationFailed, 'See `errors` for each fault.', { extensions: { errors: faults } });
    return input as ParsedInput;
  };
}

const isList = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodArray || (schema instanceof z.ZodOptional && isList(schema.unwrap() as z.ZodType));

/** A single parameter is a string. A repeated one is an array, which only list parameters accept. */
function queryValues(
  query: URLSearchParams,
  lists: ReadonlyMap<string, { readonly joined: boolean }>,
): Record<string, unknown> {
  const valuesByName = Map.groupBy(query, ([name]) => name);
  return Object.fromEntries(
    [...valuesByName].map(([name, pairs]) => {
      const values = pairs.map(([, value]) => value);
      if (lists.get(name)?.joined) return [name, values.flatMap((value) => value.split(','))];
      return [name, values.length === 1 && !lists.has(name) ? values[0] : values];
    }),
  );
}

function faultsOf(part: Fault['in'], issue: z.core.$ZodIssue): Fault[] {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
  return unknown.map((key) => ({
    in: part,
    pointer: fragmentPointer(key === undefined ? issue.path : [...issue.path, key]),
    detail: key === undefined ? issue.message : 'The contract has no such member.',
  }));
}
