/**
 * OpenAPI Overlays (Overlay Specification 1.0.0): what is to be different in a document that is not ours. Actions
 * are applied in their order; each finds its targets by JSONPath (RFC 9535). `extends` is not read: the
 * configuration says which document an overlay is for.
 */
import { jsonpath } from 'json-p3';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { MOST_LEVELS, sizeOf } from '../../config/parse-text.ts';
import { linearTime } from '../contract/pattern.ts';
import { isObject, type Json } from './grammar.ts';

const overlaySchema = z.looseObject({
  overlay: z.string().regex(/^1\.0\.\d+$/, 'expected the version 1.0.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  actions: z
    .array(
      z
        .looseObject({ target: z.string(), update: z.unknown().optional(), remove: z.boolean().optional() })
        .refine(
          ({ update, remove }) => update !== undefined || remove === true,
          'expected `update` or `remove: true`',
        ),
    )
    .min(1, 'expected at least one action'),
});

export interface Overlaid {
  readonly document: OpenAPIObject;
  /** JSONPaths of actions that found nothing: no fault, and seldom meant. */
  readonly idle: readonly string[];
}

/**
 * @param overlay parsed
 * @param file of the overlay, for messages
 * @throws ConfigError with place and mend, for an overlay that is broken
 */
export function applyOverlay(document: OpenAPIObject, overlay: unknown, file: string): Overlaid {
  const { success, data, error } = overlaySchema.safeParse(overlay);
  const [issue] = error?.issues ?? [];
  if (!success) throw new ConfigError(`${file}: ${issue?.path.join('.') || 'overlay'}: ${issue?.message}`);
  // A copy that shares nothing with the document, to be changed in place.
  let changed = structuredClone(document) as unknown as Json;
  const growth = growthLimit(file);
  const idle: string[] = [];
  for (const [index, { target, update, remove }] of data.actions.entries()) {
    const fault = (message: string) => new ConfigError(`${file}: actions.${index}: ${target}: ${message}`);
    if (isTooWide(target)) throw fault('looks through everything within everything; name more of the way');
    const found = locations(changed, target, fault);
    if (found.length === 0) idle.push(target);
    if (remove !== true) growth(found, update);
    for (const location of found) {
      if (remove !== true) changed = updated(changed, location, update, fault) as Json;
      else if (location.length === 0) throw fault('the document itself cannot be removed');
    }
    // From the end, so that what is left keeps its place in an array until its turn.
    if (remove === true) for (const location of found.toReversed()) drop(changed, location);
  }
  return { document: changed as unknown as OpenAPIObject, idle };
}

type Location = readonly (string | number)[];
type Fault = (message: string) => ConfigError;

function locations(document: Json, target: string, fault: Fault): Location[] {
  try {
    return [...paths.query(target, document as never)].map(({ location }) => location);
  } catch (error) {
    throw fault(`no JSONPath: ${(error as Error).message}`);
  }
}

/** Values that an overlay may add to a document: an update of everything, again and again, would never end. */
const MOST_ADDED = 1_000_000;

/** @throws ConfigError, from what is called before each update, where an overlay adds too much */
function growthLimit(file: string): (found: readonly Location[], update: unknown) => void {
  let added = 0;
  return (found, update) => {
    const { values, levels } = sizeOf(update);
    added += found.length * values;
    if (added > MOST_ADDED)
      throw new ConfigError(
        `${file}: adds more than ${MOST_ADDED} values to the document; update less of it`,
      );
    if (found.some((location) => location.length + levels > MOST_LEVELS))
      throw new ConfigError(
        `${file}: makes more than ${MOST_LEVELS} levels within each other; make it flatter`,
      );
  };
}

/**
 * Whether a JSONPath goes through all that is below all that is below …, or through the whole document once for each of
 * its values: that takes time that grows much faster than the document.
 */
function isTooWide(target: string): boolean {
  const text = target.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "''");
  return (text.match(/\.\./g) ?? []).length > MOST_DESCENTS || text.lastIndexOf('$') > 0;
}

const MOST_DESCENTS = 2;

/** Patterns of filters are matched in linear time too (RFC 9535 §2.4.6). */
const paths = new jsonpath.JSONPathEnvironment();
for (const [name, whole] of [
  ['match', (pattern: string) => `^(?:${pattern})$`],
  ['search', (pattern: string) => `(?:${pattern})`],
] as const) {
  const { argTypes, returnType } = paths.functionRegister.get(name) as jsonpath.FilterFunction;
  const call = (text: unknown, pattern: unknown): boolean => {
    if (typeof text !== 'string' || typeof pattern !== 'string') return false;
    try {
      return linearTime(whole(pattern)).test(text);
    } catch {
      return false;
    }
  };
  paths.functionRegister.set(name, { argTypes, returnType, call });
}

/** The document, with what stands at the location merged with the update. */
function updated(document: Json, location: Location, update: unknown, fault: Fault): unknown {
  const last = location.at(-1);
  const own = structuredClone(update);
  if (last === undefined) return mergedTarget(document, own, fault);
  let owner: unknown = document;
  for (const segment of location.slice(0, -1)) owner = (owner as Json)[segment];
  const value = mergedTarget((owner as Json)[last], own, fault);
  // A name may be one that an assignment takes for something else.
  Object.defineProperty(owner, last, { value, enumerable: true, configurable: true, writable: true });
  return document;
}

/** §4.4.4: what is added to an array is one element of it. */
function mergedTarget(target: unknown, update: unknown, fault: Fault): unknown {
  if (Array.isArray(target)) return [...target, ...(Array.isArray(update) ? update : [update])];
  if (!isObject(target)) throw fault('expected an object or an array to update');
  return merged(target, update);
}

function merged(target: unknown, update: unknown): unknown {
  if (Array.isArray(target) && Array.isArray(update)) return [...target, ...update];
  if (!isObject(target) || !isObject(update)) return update;
  const names = new Set([...Object.keys(target), ...Object.keys(update)]);
  return Object.fromEntries(
    [...names].map((name) => [name, name in update ? merged(target[name], update[name]) : target[name]]),
  );
}

function drop(document: Json, location: Location): void {
  const last = location.at(-1) as string | number;
  let owner: unknown = document;
  for (const segment of location.slice(0, -1)) owner = (owner as Json | undefined)?.[segment];
  if (Array.isArray(owner)) owner.splice(Number(last), 1);
  else if (isObject(owner)) delete owner[last];
}
