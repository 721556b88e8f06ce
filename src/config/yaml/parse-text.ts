/**
 * A text, JSON or YAML, as a value that is a tree of bounded size: nothing in it is shared, circular or very deep, so
 * that whatever walks it ends, and soon. Aliases of YAML count as often as they are used.
 */
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { parseDocument } from 'yaml';
import { ConfigError } from '../config-error.ts';

/** Levels of objects and lists within each other. */
export const MAX_DEPTH = 500;
/** Members and elements, all together. */
const MAX_VALUES = 10_000_000;
/** How many of those a small text may come to by its aliases. */
const MAX_ALIASED_VALUES = 100_000;

/** What to say of a text that cannot be read: why, and where if that is known. */
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
  // An alias is a reference: what it names is shared until it is copied.
  return deepCopy(checkSize(parseYaml(text, fault), text, file));
}

/** Forty times as fast as YAML, of which JSON is a part; what is broken is for the parser that knows lines. */
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

/** The other parser needs much longer for each, and looks for each alias from the start. */
const LENIENT_LIMITS = { characters: 4 * 1024 ** 2, anchors: 100 };

/** What js-yaml refuses and YAML 1.2 does not: unknown tags, characters that are not printable, nothing at all. */
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

/** @throws ConfigError for what is too deep, too large, or within itself */
function checkSize(value: unknown, { length }: string, file: string): unknown {
  const { values, levels } = sizeOf(value, Math.min(MAX_VALUES, length + MAX_ALIASED_VALUES));
  if (levels > MAX_DEPTH)
    throw new ConfigError(`${file}: is nested deeper than ${MAX_DEPTH} levels; reduce its nesting`);
  if (values === Number.POSITIVE_INFINITY)
    throw new ConfigError(`${file}: has too many values, or its aliases expand to too many; make it smaller`);
  return value;
}

export interface Size {
  /** Infinite where there are more than were to be counted. */
  readonly values: number;
  /** More than MOST_LEVELS where something is within itself. */
  readonly levels: number;
}

/** How much there is in a value. It stops at what is too much, so that it ends for whatever it is given. */
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
