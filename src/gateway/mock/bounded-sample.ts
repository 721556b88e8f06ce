/**
 * Creates an example of a schema in bounded time. The sampler follows every path through recursive schemas, which may take
 * too long. So it is run again with a smaller depth until it finishes within a number of reads.
 */
import sampler from 'openapi-sampler';
import type { OpenAPIObject, ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { isObject } from '../../openapi/load/grammar.ts';

/** The first depth is the default of the sampler. */
const DEPTHS = [15, 10, 7, 5, 4, 3, 2, 1];
/** Maximum reads of members for one depth, which take some tens of milliseconds. */
const MAX_READS = 100_000;

/** @returns undefined if the sampler cannot read the schema, for example because a reference is broken */
export function boundedSample(document: OpenAPIObject, schema: SchemaObject | ReferenceObject): unknown {
  for (const maxSampleDepth of DEPTHS) {
    const { value, isDone } = sampleAtDepth(document, schema, maxSampleDepth);
    if (isDone) return value;
  }
  return 'type' in schema && schema.type === 'array' ? [] : {};
}

class TooManyReads extends Error {}

function sampleAtDepth(document: OpenAPIObject, schema: object, maxSampleDepth: number) {
  let left = MAX_READS;
  const proxies = new WeakMap<object, object>();
  const countReads = <T>(value: T): T => {
    if (!Array.isArray(value) && !isObject(value)) return value;
    const proxy = proxies.get(value) ?? new Proxy(value, { get });
    proxies.set(value, proxy);
    return proxy as T;
  };
  const get = (target: object, name: string | symbol): unknown => {
    left -= 1;
    if (left < 0) throw new TooManyReads();
    return countReads(Reflect.get(target, name));
  };
  const options = { skipWriteOnly: true, quiet: true, maxSampleDepth };
  try {
    const value = sampler.sample(countReads(schema) as never, options, countReads(document) as never);
    // Copies examples of the document, so that the result contains no counting proxies.
    return { value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)), isDone: true };
  } catch (error) {
    // A long chain of references causes a RangeError.
    const isTooMuch = error instanceof TooManyReads || error instanceof RangeError;
    return { value: undefined, isDone: !isTooMuch };
  }
}
