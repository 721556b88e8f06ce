/** Converts validation errors of a schema to readable faults with suggestions for misspelled names. */
import { closestMatch, default as distance } from 'leven';
import { z } from 'zod';
import { ConfigError } from '../config-error.ts';
import { MaskedFaults } from './masked-faults.ts';
import type { ResolvedReferences } from './references.ts';

export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Whether the name of a member is wrong, and not its value. */
  readonly isName?: boolean;
  /** The key that the author probably meant. */
  readonly nearest?: string | undefined;
}

/** Locates faults in a text. */
interface FaultLocator {
  /** Adds file, line and path to a message. @param isName whether the name of the member is wrong */
  describe(path: readonly PropertyKey[], message: string, isName: boolean): { line: number; text: string };
  /** Whether the text contains this path, rather than inheriting its value. */
  has(path: readonly PropertyKey[]): boolean;
}

/** Collects the faults of one text, so that they are reported together. */
export class Faults {
  readonly #lines: { readonly line: number; readonly text: string }[] = [];
  readonly #reported = new Set<string>();
  readonly #suggestedKeys = new Set<string>();
  readonly #locator: FaultLocator;
  #masked: MaskedFaults | undefined;

  constructor(place: FaultLocator) {
    this.#locator = place;
  }

  add(path: readonly PropertyKey[], message: string, isName = false): void {
    if (this.#masked?.isCausedByReference(path)) return;
    this.#lines.push(this.#locator.describe(path, this.#masked?.mask(path, message) ?? message, isName));
  }

  /** Adds the faults of references. Later faults do not show what replaced the others. */
  addReferences(references: ResolvedReferences): void {
    for (const { path, message } of references.faults) this.add(path, message);
    this.#masked = new MaskedFaults(references);
  }

  /** Adds a fault that is not in this text. */
  addWithoutLine(text: string): void {
    this.#lines.push({ line: Infinity, text });
  }

  /** Whether an unknown key is probably a misspelling of this one. */
  isSuggested(path: readonly PropertyKey[]): boolean {
    return this.#suggestedKeys.has(path.join('.'));
  }

  /**
   * Validates a value. Faults of inherited values are reported once.
   * @param at the path of the value
   * @returns undefined if there are faults
   */
  check<S extends z.ZodType>(schema: S, value: unknown, at: readonly PropertyKey[]): z.output<S> | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const { path, message, isName = false, nearest } of faultsOf(schema, value, result.error)) {
      const place = [...at, ...path];
      const key = `${path.join('.')} ${message}`;
      if (this.#reported.has(key) && !this.#locator.has(place)) continue;
      this.#reported.add(key);
      if (nearest !== undefined) this.#suggestedKeys.add([...place.slice(0, -1), nearest].join('.'));
      this.add(place, message, isName);
    }
    return undefined;
  }

  /** @throws ConfigError with one line for each fault, in the order of the text */
  throwIfAny(): void {
    if (this.#lines.length === 0) return;
    throw new ConfigError(this.#lines.toSorted((a, b) => a.line - b.line).map(({ text }) => text));
  }
}

type Issue = z.core.$ZodIssue;

/**
 * @param error the validation error of the schema
 * @param value the validated value
 */
export function faultsOf(schema: z.ZodType, value: unknown, error: z.ZodError): Fault[] {
  const issues = error.issues.flatMap(bestBranch);
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? unknownKeys(schema, value, issue) : [],
  );
  // A missing key and its misspelling are one fault.
  const meant = new Set(unknown.map(({ path, nearest }) => [...path.slice(0, -1), nearest].join('.')));
  const others = issues
    .filter(({ code, path }) => code !== 'unrecognized_keys' && !meant.has(path.join('.')))
    .map((issue) => ({ path: issue.path, message: messageOf(issue, valueAt(value, issue.path)) }));
  return [...unknown, ...others];
}

/** Longer names are not compared, because it would be expensive. */
const MAX_COMPARED_LENGTH = 100;

/** @returns undefined if no name is similar enough */
function nearestName(name: string, allowed: readonly string[]): string | undefined {
  const short = name.slice(0, MAX_COMPARED_LENGTH);
  const nearest = closestMatch(short, allowed);
  if (nearest === undefined) return undefined;
  const changes = distance(short.toLowerCase(), nearest.toLowerCase());
  return changes <= Math.max(2, Math.floor(nearest.length / 3)) ? nearest : undefined;
}

/** The suggestion for an unknown name. There are only a few names, so the nearest one is always suggested. */
export function suggestionFor(name: string, allowed: readonly string[], none: string): string {
  const nearest = closestMatch(name.slice(0, MAX_COMPARED_LENGTH), allowed);
  return nearest === undefined ? none : `did you mean ${nearest}?`;
}

function keyHint(nearest: string | undefined, allowed: readonly string[]): string {
  if (nearest !== undefined) return `did you mean \`${nearest}\`?`;
  return `expected one of ${allowed.join(', ')}`;
}

function unknownKeys(schema: z.ZodType, value: unknown, issue: z.core.$ZodIssueUnrecognizedKeys) {
  const { path, keys, message } = issue;
  const allowed = keysAt(schema, path);
  const free = allowed.filter((key) => !Object.hasOwn(Object(valueAt(value, path)), key));
  return keys.map((key) => {
    const nearest = nearestName(key, free);
    return {
      path: [...path, key],
      nearest,
      isName: true,
      message: isCustomMessage(message)
        ? [message, nearest && keyHint(nearest, allowed)].filter(Boolean).join('; ')
        : `Unrecognized key; ${keyHint(nearest, allowed)}`,
    };
  });
}

/** Whether the schema defines the message itself. */
const isCustomMessage = (message: string): boolean =>
  !/^(?:Unrecognized key|Invalid (?:input|option)|Too )/.test(message);

function messageOf(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? 'is not a valid name';
  if (isCustomMessage(issue.message)) return issue.message;
  if (issue.code === 'invalid_type')
    return value === undefined
      ? `is missing; ${expected(issue)}`
      : `${expected(issue)}, got ${describeKind(value)}`;
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    const nearest = typeof value === 'string' ? nearestName(value, allowed) : undefined;
    const hint = nearest === undefined ? '' : `; did you mean \`${nearest}\`?`;
    return `expected ${OR.format(allowed)}, got ${formatValue(value)}${hint}`;
  }
  if (issue.code === 'invalid_union') return unionMessage(issue, value);
  if (issue.code === 'too_small')
    return `expected at least ${amount(issue.minimum, issue.origin)}, got ${formatValue(value)}`;
  if (issue.code === 'too_big')
    return `expected at most ${amount(issue.maximum, issue.origin)}, got ${formatValue(value)}`;
  return `${issue.message}, got ${formatValue(value)}`;
}

function unionMessage({ errors }: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const all = errors.flat().flatMap((issue) => {
    if (issue.code === 'invalid_value') return issue.values.map(String);
    return issue.code === 'invalid_type' ? [NAMES[issue.expected] ?? issue.expected] : [];
  });
  return `expected ${OR.format(all)}, got ${formatValue(value)}`;
}

/** The issues of the best matching option of a union: one that accepts the type and rejects only a part of the value. */
function bestBranch(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || isCustomMessage(issue.message)) return [issue];
  const branch = issue.errors.find((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  if (branch === undefined) return [issue];
  return branch.map((one) => ({ ...one, path: [...issue.path, ...one.path] })).flatMap(bestBranch);
}

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };

const amount = (limit: number | bigint, origin: string): string => `${limit}${UNITS[origin] ?? ''}`;

const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' });

const NAMES: Readonly<Record<string, string>> = { record: 'object', int: 'whole number' };

const expected = ({ expected: name }: z.core.$ZodIssueInvalidType): string =>
  `expected ${NAMES[name] ?? name}`;

function describeKind(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${formatValue(value)}`;
}

const MAX_SHOWN_LENGTH = 60;

function formatValue(value: unknown): string {
  if (typeof value === 'object') return describeKind(value);
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );

/** The keys that the object at `path` may have. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodUnion) return bare.options.flatMap((one) => keysAt(one as z.ZodType, path));
  const [key, ...rest] = path;
  if (key === undefined) return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
  const inner = memberOf(bare, key);
  return inner === undefined ? [] : keysAt(inner, rest);
}

function memberOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[key as string] as z.ZodType | undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType;
  return schema instanceof z.ZodArray ? (schema.element as z.ZodType) : undefined;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPipe)
    return unwrap((schema.in instanceof z.ZodTransform ? schema.out : schema.in) as z.ZodType);
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable;
  return isWrapper ? unwrap(schema.unwrap() as z.ZodType) : schema;
}
