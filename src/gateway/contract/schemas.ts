/** The schemas of one document, compiled by ajv (JSON Schema 2020-12) where they stand in it. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { defaultLimits, type JsonLimits } from '../../config/limits.ts';
import type { DocumentFault } from '../document/fault.ts';
import type { Json } from '../document/grammar.ts';
import { textOf } from './alike.ts';
import { addAllFormats, isKnownFormat } from './formats.ts';
import type { Located } from './located.ts';
import { multiplesByDigits } from './multiple-of.ts';
import { refuseWriteOnly } from './one-way.ts';
import { linearTime } from './pattern.ts';
import { type Root, SchemaGraph } from './schema-graph.ts';
import { SchemaReferences } from './schema-references.ts';
import { Steps, TOO_MANY, TooManySteps } from './steps.ts';
import { unevaluatedAsFound } from './unevaluated.ts';
import { compareOnce } from './unique-items.ts';

/**
 * `text`: of parameters, strings are read as what the schema wants; `form`: so are those of a body. `json`: of
 * parameters that are written as JSON, which says itself what is a string. `first` stops at the first fault of a body,
 * `all` finds each.
 */
export type Mode = 'text' | 'json' | 'form' | 'first' | 'all';

/** What is wrong with a value; nothing where it holds. */
export type Check = (value: unknown) => readonly ErrorObject[];

/** The same for a value of which the size is known. */
type SizedCheck = (value: unknown, most: number) => readonly ErrorObject[];

/** Finding every fault of a larger value could cost more than it is worth. */
const ALL_FAULTS_BYTES = 65_536;

/** Steps that a check takes, see `steps.ts`: more than any value of this size needs that can be read in one way. */
const FEW_STEPS = 20_000;
const STEPS_PER_BYTE = 10;
/** Of a query, headers, a form. */
const STEPS_OF_TEXT = 100_000;

const NONE: readonly ErrorObject[] = [];

/** Which way the values go. */
export type Direction = 'request' | 'response';

type Matcher = ReturnType<typeof linearTime>;

/** Of one mode, with the schemas that it has already. */
interface Compiler {
  readonly ajv: Ajv2020;
  readonly added: Set<Root>;
  /** By what the schema says. */
  readonly compiled: Map<string, ValidateFunction>;
}

export class Schemas {
  readonly #isEager: boolean;
  readonly #direction: Direction;
  readonly #graph: SchemaGraph;
  readonly onFault: (fault: DocumentFault) => void;
  /** Limits of the JSON that is checked. */
  readonly json: JsonLimits;
  readonly #compilers = new Map<Mode, Compiler>();
  readonly #steps = new Steps();
  readonly #patterns = new Map<string, Matcher>();
  /** As ajv wants it: each pattern is compiled once for all modes. */
  readonly #matches = Object.assign(
    (source: string): Matcher => {
      const matcher = this.#patterns.get(source) ?? linearTime(source);
      this.#patterns.set(source, matcher);
      return matcher;
    },
    { code: linearTime.code },
  );

  constructor(
    document: Json,
    onFault: (fault: DocumentFault) => void,
    isEager = false,
    direction: Direction = 'request',
    references = new SchemaReferences(document),
    json: JsonLimits = defaultLimits,
  ) {
    this.json = json;
    this.#isEager = isEager;
    this.#direction = direction;
    this.onFault = onFault;
    this.#graph = new SchemaGraph({
      references,
      onFault,
      way: direction === 'request' ? 'readOnly' : 'writeOnly',
      checkPattern: this.#matches,
      knowsFormat: isKnownFormat,
    });
  }

  check(schema: Json, mode: Mode, pointer: string): Check {
    const check = this.#check(schema, mode, pointer);
    return (value) => check(value, STEPS_OF_TEXT);
  }

  /** Compiled when it is used first: of a large document most is not, and a start does not wait for it. */
  #check(schema: Json, mode: Mode, pointer: string): SizedCheck {
    let compiled = this.#isEager ? this.#compile(schema, mode, pointer) : undefined;
    return (value, most) => {
      compiled ??= this.#compile(schema, mode, pointer);
      const validate = compiled;
      try {
        return this.#steps.within(most, () => validate(value)) ? NONE : (validate.errors ?? NONE);
      } catch (error) {
        if (error instanceof TooManySteps) return TOO_MANY;
        throw error;
      }
    };
  }

  /** Tells of a schema that refers to nothing before it is used. */
  tellDangling({ node, pointer }: Located): void {
    if (typeof node.$ref === 'string') this.#graph.tellDangling(pointer);
  }

  /** For a value that was so many bytes of JSON: every fault, where finding them costs little. */
  checkJson(schema: Json, pointer: string): (value: unknown, bytes: number) => readonly ErrorObject[] {
    const first = this.#check(schema, 'first', pointer);
    const all = this.#check(schema, 'all', pointer);
    return (value, bytes) => {
      const errors = first(value, FEW_STEPS + bytes * STEPS_PER_BYTE);
      if (errors.length === 0 || errors === TOO_MANY || bytes > ALL_FAULTS_BYTES) return errors;
      const found = all(value, FEW_STEPS);
      return found === TOO_MANY ? errors : found;
    };
  }

  #compile(schema: Json, mode: Mode, pointer: string): ValidateFunction {
    const { ajv, added, compiled } = this.#compiler(mode);
    try {
      // No parameter goes one way only.
      const root = this.#graph.make(schema, pointer, mode === 'text' || mode === 'json');
      const text = textOf(root);
      const known = text === undefined ? undefined : compiled.get(text);
      if (known !== undefined) return known;
      // Each by itself: one in another, a long chain of references would need more stack than there is.
      for (const { id } of add(ajv, added, root)) ajv.getSchema(id);
      const made = ajv.compile({ $ref: root.id });
      if (text !== undefined) compiled.set(text, made);
      return made;
    } catch (error) {
      this.onFault({ pointer, reason: `goes unchecked: ${whyNot(error)}` });
      return ajv.compile({});
    }
  }

  #compiler(mode: Mode): Compiler {
    const known = this.#compilers.get(mode);
    if (known) return known;
    const compiler = { ajv: this.#engine(mode), added: new Set<Root>(), compiled: new Map() };
    this.#compilers.set(mode, compiler);
    return compiler;
  }

  #engine(mode: Mode): Ajv2020 {
    const ajv = new Ajv2020({
      strict: false,
      validateSchema: false,
      meta: false,
      allErrors: mode !== 'first',
      // One value in text may be a list of one.
      coerceTypes: (mode === 'text' || mode === 'form') && 'array',
      // Each object has a `constructor` that was not sent.
      ownProperties: true,
      code: { regExp: this.#matches },
      logger: false,
    });
    addAllFormats(ajv);
    compareOnce(ajv);
    multiplesByDigits(ajv);
    this.#steps.countIn(ajv);
    unevaluatedAsFound(ajv, this.#graph, this.#matches);
    if (this.#direction === 'response') refuseWriteOnly(ajv);
    return ajv;
  }
}

/** Adds a schema and whatever it refers to. @returns those that are new, each after those that it refers to */
function add(ajv: Ajv2020, added: Set<Root>, root: Root): readonly Root[] {
  const done: Root[] = [];
  const open: { readonly root: Root; readonly refs: Iterator<Root> }[] = [];
  const enter = (next: Root): void => {
    if (added.has(next)) return;
    added.add(next);
    ajv.addSchema(next.schema as object, next.id);
    open.push({ root: next, refs: next.refs.values() });
  };
  enter(root);
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const { value: ref } = last.refs.next();
    if (ref === undefined) done.push((open.pop() as typeof last).root);
    else enter(ref);
  }
  return done;
}

/** What ajv says of a chain without an end in sight, in words that say what to do. */
function whyNot(error: unknown): string {
  if (error instanceof RangeError) return 'too many schemas refer to each other in a row';
  return String((error as Error).message).split('\n', 1)[0] ?? '';
}

/** Names the schema that stands at a pointer of the document. */
export const schemaAt = (pointer: string): Json => ({ $ref: pointer });
