/**
 * OpenAPI Overlays (Overlay Specification 1.0.0): changes to a document that somebody else maintains. Actions are
 * applied in order. Each one finds its targets by JSONPath (RFC 9535). `extends` is ignored, because the
 * configuration assigns an overlay to its document.
 */
import { jsonpath } from 'json-p3';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { Faults } from '../../config/yaml/faults.ts';
import { MAX_DEPTH, sizeOf } from '../../config/yaml/parse-text.ts';
import type { YamlText } from '../../config/yaml/yaml-text.ts';
import { linearTimePattern } from '../patterns/pattern.ts';
import { isObject, type Json } from './grammar.ts';

/** Objects of an overlay allow only the specified members and extensions that begin with `x-` (§4.5). */
const object = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess(
    (value) =>
      isObject(value)
        ? Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')))
        : value,
    z.strictObject(shape),
  );

const versionSchema = z.looseObject({
  overlay: z
    .string()
    .regex(/^1\.0\.\d+$/, 'expected the version 1.0.0')
    .optional(),
});

const overlaySchema = object({
  overlay: z.string(),
  info: object({ title: z.string(), version: z.string(), description: z.string().optional() }),
  extends: z.string().optional(),
  actions: z
    .array(
      object({
        target: z.string(),
        description: z.string().optional(),
        update: z.unknown().optional(),
        remove: z.boolean().optional(),
      }).refine(
        ({ update, remove }) => update !== undefined || remove === true,
        'expected `update` or `remove: true`',
      ),
    )
    .min(1, 'expected at least one action'),
});

export interface OverlayResult {
  readonly document: OpenAPIObject;
  /** JSONPaths of actions without a target. This is no fault, but is rarely intended. */
  readonly unmatched: readonly string[];
}

/**
 * @param overlay the parsed overlay
 * @param file of the overlay, for messages
 * @param yaml text of the overlay, for line numbers
 * @throws ConfigError with a line for each fault of an invalid overlay
 */
export function applyOverlay(
  document: OpenAPIObject,
  overlay: unknown,
  file: string,
  yaml: () => Pick<YamlText, 'lineOf' | 'lineOfKey'> | undefined = () => undefined,
): OverlayResult {
  const data = parseOverlay(overlay, file, yaml);
  let changed = structuredClone(document) as unknown as Json;
  const checkGrowth = growthLimit(file);
  const unmatched: string[] = [];
  for (const [index, { target, update, remove }] of data.actions.entries()) {
    const createError = (message: string) =>
      new ConfigError(`${file}: actions.${index}: ${target}: ${message}`);
    if (isTooBroad(target)) throw createError('has too many descendant segments; name more of the path');
    const found = findLocations(changed, target, createError);
    if (found.length === 0) unmatched.push(target);
    if (remove !== true) checkGrowth(found, update);
    for (const location of found) {
      if (remove !== true) changed = applyUpdate(changed, location, update, createError) as Json;
      else if (location.length === 0) throw createError('the document itself cannot be removed');
    }
    // From the end, so that earlier array indexes stay valid.
    if (remove === true) for (const location of found.toReversed()) removeAt(changed, location);
  }
  return { document: changed as unknown as OpenAPIObject, unmatched };
}

function parseOverlay(
  overlay: unknown,
  file: string,
  yaml: Parameters<typeof applyOverlay>[3],
): z.output<typeof overlaySchema> {
  let read: ReturnType<NonNullable<typeof yaml>> | undefined;
  const lines = () => {
    read ??= yaml?.();
    return read;
  };
  const faults = new Faults({
    has: () => true,
    describe: (path, message, isName) => {
      const line = isName ? lines()?.lineOfKey(path) : lines()?.lineOf(path);
      const place = line === undefined ? file : `${file}:${line}`;
      return { line: line ?? 0, text: `${place}: ${path.map(String).join('.') || 'overlay'}: ${message}` };
    },
  });
  // Another version cannot be checked further.
  const version = faults.check(versionSchema, overlay, []);
  if (version === undefined) faults.throwIfAny();
  const data = faults.check(overlaySchema, overlay, []);
  for (const [index, target] of targetsOf(overlay).entries())
    try {
      jsonpath.compile(target);
    } catch (error) {
      faults.add(['actions', index], `${target}: invalid JSONPath: ${(error as Error).message}`);
    }
  faults.throwIfAny();
  return data as z.output<typeof overlaySchema>;
}

/** All JSONPaths of the overlay, even if it is invalid elsewhere. */
function targetsOf(overlay: unknown): string[] {
  const actions: unknown = isObject(overlay) && overlay.actions;
  return (Array.isArray(actions) ? actions : []).map((action: unknown) =>
    isObject(action) && typeof action.target === 'string' ? action.target : '$',
  );
}

type NodePath = readonly (string | number)[];
type CreateError = (message: string) => ConfigError;

function findLocations(document: Json, target: string, createError: CreateError): NodePath[] {
  try {
    return [...paths.query(target, document as never)].map(({ location }) => location);
  } catch (error) {
    throw createError(`invalid JSONPath: ${(error as Error).message}`);
  }
}

/**
 * The most values that an overlay may add to a document. Repeated updates of everything would otherwise grow
 * without end.
 */
const MAX_ADDED = 1_000_000;

/**
 * Returns a check to call before each update.
 * @throws ConfigError from that check where an overlay adds too much
 */
function growthLimit(file: string): (found: readonly NodePath[], update: unknown) => void {
  let added = 0;
  return (found, update) => {
    const { values, levels } = sizeOf(update);
    added += found.length * values;
    if (added > MAX_ADDED)
      throw new ConfigError(`${file}: adds more than ${MAX_ADDED} values to the document; update less of it`);
    if (found.some((location) => location.length + levels > MAX_DEPTH))
      throw new ConfigError(`${file}: nests more than ${MAX_DEPTH} levels; make it flatter`);
  };
}

/**
 * Whether a JSONPath descends repeatedly, or searches the whole document for each of its values. The time would
 * grow much faster than the document.
 */
function isTooBroad(target: string): boolean {
  const text = target.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "''");
  return (text.match(/\.\./g) ?? []).length > MAX_DESCENTS || text.lastIndexOf('$') > 0;
}

const MAX_DESCENTS = 2;

/** Patterns of filters are matched in linear time too (RFC 9535 §2.4.6). */
const paths = new jsonpath.JSONPathEnvironment();
for (const [name, wrap] of [
  ['match', (pattern: string) => `^(?:${pattern})$`],
  ['search', (pattern: string) => `(?:${pattern})`],
] as const) {
  const { argTypes, returnType } = paths.functionRegister.get(name) as jsonpath.FilterFunction;
  const call = (text: unknown, pattern: unknown): boolean => {
    if (typeof text !== 'string' || typeof pattern !== 'string') return false;
    try {
      return linearTimePattern(wrap(pattern)).test(text);
    } catch {
      return false;
    }
  };
  paths.functionRegister.set(name, { argTypes, returnType, call });
}

/** Merges an update into the value at a location, and returns the document. */
function applyUpdate(document: Json, location: NodePath, update: unknown, createError: CreateError): unknown {
  const last = location.at(-1);
  const copy = structuredClone(update);
  if (last === undefined) return mergeTarget(document, copy, createError);
  let owner: unknown = document;
  for (const segment of location.slice(0, -1)) owner = (owner as Json)[segment];
  const value = mergeTarget((owner as Json)[last], copy, createError);
  // An assignment would treat names such as `__proto__` specially.
  Object.defineProperty(owner, last, { value, enumerable: true, configurable: true, writable: true });
  return document;
}

/** §4.4.4: an update of an array appends to it. */
function mergeTarget(target: unknown, update: unknown, createError: CreateError): unknown {
  if (Array.isArray(target)) return [...target, ...(Array.isArray(update) ? update : [update])];
  if (!isObject(target)) throw createError('expected an object or an array to update');
  return mergeValues(target, update);
}

function mergeValues(target: unknown, update: unknown): unknown {
  if (Array.isArray(target) && Array.isArray(update)) return [...target, ...update];
  if (!isObject(target) || !isObject(update)) return update;
  const names = new Set([...Object.keys(target), ...Object.keys(update)]);
  return Object.fromEntries(
    [...names].map((name) => [name, name in update ? mergeValues(target[name], update[name]) : target[name]]),
  );
}

function removeAt(document: Json, location: NodePath): void {
  const last = location.at(-1) as string | number;
  let owner: unknown = document;
  for (const segment of location.slice(0, -1)) owner = (owner as Json | undefined)?.[segment];
  if (Array.isArray(owner)) owner.splice(Number(last), 1);
  else if (isObject(owner)) delete owner[last];
}
