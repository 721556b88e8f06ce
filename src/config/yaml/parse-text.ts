/**
 * Parses JSON or YAML to a tree of limited size and depth. The result has no shared or circular parts, so every walk over
 * it terminates quickly. Each use of a YAML alias counts.
 */
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { parseDocument } from 'yaml';
import { ConfigError } from '../config-error.ts';

/** Maximum nesting of objects and arrays. */
export const MAX_DEPTH = 500;
/** Maximum number of members and elements in total. */
const MAX_VALUES = 10_000_000;
/** Maximum number of values that aliases may add. */
const MAX_ALIASED_VALUES = 100_000;

/** Formats the message about a syntax error. */
type SyntaxFault = (reason: string, place?: { readonly line: number; readonly column: number }) => string;

/**
 * @param file for messages
 * @throws ConfigError in one line
 */
export function parseText(
  text: string,
  file: string,
  fault: SyntaxFault = (reason, place) =>
    `${[file, ...(place ? [place.line, place.column] : [])].join(':')}: neither YAML nor JSON: ${reason}`,
): unknown {
  const json = parseJson(text);
  if (json !== undefined) return checkSize(json, text, file);
  // Aliases share objects, so the value is copied.
  return deepCopy(checkSize(parseYaml(text, fault), text, file));
}

/** Forty times as fast as YAML. The YAML parser reports syntax errors with their lines. */
function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string, fault: SyntaxFault): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: MAX_ALIASED_VALUES, maxDepth: MAX_DEPTH });
  } catch (error) {
    const lenient = parseLenient(text, error);
    if (lenient !== undefined) return lenient;
    const { reason, mark } = error instanceof YAMLException ? error : {};
    const place = mark && { line: mark.line + 1, column: mark.column + 1 };
    throw new ConfigError(fault(reason ?? (error as Error).message, place), error);
  }
}

/** The lenient parser is much slower, and it searches for each alias from the start. */
const LENIENT_LIMITS = { characters: 4 * 1024 ** 2, anchors: 100 };

/** Parses valid YAML 1.2 that js-yaml rejects: unknown tags, unprintable characters and empty documents. */
function parseLenient(text: string, error: unknown): unknown {
  const reason = error instanceof YAMLException ? error.reason : '';
  const anchors = text.match(/[\s,[{]&[^\s,[\]{}]/g) ?? [];
  if (text.length > LENIENT_LIMITS.characters || anchors.length > LENIENT_LIMITS.anchors) return undefined;
  if (/duplicated|nesting/.test(reason)) return undefined;
  try {
    const yaml = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
    return yaml.errors.length > 0 ? undefined : yaml.toJS();
  } catch {
    return undefined;
  }
}

/** @throws ConfigError for values that are too deep, too large or circular */
function checkSize(value: unknown, { length }: string, file: string): unknown {
  const { values, levels } = sizeOf(value, Math.min(MAX_VALUES, length + MAX_ALIASED_VALUES));
  if (levels > MAX_DEPTH)
    throw new ConfigError(`${file}: is nested deeper than ${MAX_DEPTH} levels; reduce its nesting`);
  if (values === Number.POSITIVE_INFINITY)
    throw new ConfigError(`${file}: has too many values, or its aliases expand to too many; make it smaller`);
  return value;
}

export interface Size {
  /** Infinity if the limit was exceeded. */
  readonly values: number;
  /** More than MAX_DEPTH for circular values. */
  readonly levels: number;
}

/** Counts the values and levels of a value. It stops at the limits, so it terminates for every input. */
export function sizeOf(value: unknown, limit: number = MAX_VALUES): Size {
  let [values, levels] = [1, 0];
  const left: object[] = [];
  const depths: number[] = [];
  const add = (one: unknown, depth: number): void => {
    if (typeof one !== 'object' || one === null) return;
    left.push(one);
    depths.push(depth);
    levels = Math.max(levels, depth);
  };
  add(value, 1);
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    const depth = (depths.pop() as number) + 1;
    const inner = Array.isArray(node) ? node : Object.values(node);
    values += inner.length;
    if (values > limit) return { values: Number.POSITIVE_INFINITY, levels };
    for (const one of inner) add(one, depth);
    if (levels > MAX_DEPTH) break;
  }
  return { values, levels };
}

function deepCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, deepCopy(one)]));
}
