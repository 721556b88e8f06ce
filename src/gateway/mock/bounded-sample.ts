/**
 * An example of what a schema allows, in bounded time: the sampler follows every way through schemas that refer to each
 * other, of which there may be more than there is time. So it is told to look less deep until it is done soon enough.
 */
import sampler from 'openapi-sampler';
import type { OpenAPIObject, ReferenceObject, SchemaObject } from 'openapi3-ts/oas31';
import { isObject } from '../../openapi/load/grammar.ts';

/** The first is the sampler's own. */
const DEPTHS = [15, 10, 7, 5, 4, 3, 2, 1];
/** Members that are looked at for one of them: some tens of milliseconds. */
const MAX_READS = 100_000;

/** @returns undefined where the sampler cannot read the schema, as one that refers to nothing */
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
    // Examples are of the document, and go where nothing is counted.
    return { value: value === undefined ? undefined : JSON.parse(JSON.stringify(value)), isDone: true };
  } catch (error) {
    // The latter for references that lead to references, very many in a row.
    const isTooMuch = error instanceof TooManyReads || error instanceof RangeError;
    return { value: undefined, isDone: !isTooMuch };
  }
}
