/** The schemas of one document, compiled by ajv (JSON Schema 2020-12) where they stand in it. */

import type { ErrorObject } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonLimits } from '../../../config/limits.ts';
import { defaultLimits } from '../../../config/limits.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { linearTime } from '../../../openapi/patterns/pattern.ts';
import { textOf } from './equal-schemas.ts';
import { addAllFormats, isKnownFormat } from './formats.ts';
import type { Located } from './json-node.ts';
import type { Validator } from './lazy-references.ts';
import { lazyReferences, NotCompiled } from './lazy-references.ts';
import { multiplesByDigits } from './multiple-of.ts';
import { refuseWriteOnly } from './read-write-only.ts';
import type { Made, Root } from './schema-graph.ts';
import { SchemaGraph } from './schema-graph.ts';
import { SchemaReferences } from './schema-references.ts';
import type { Turn } from './turn.ts';
import { TurnOver } from './turn.ts';
import { unevaluatedAsFound } from './unevaluated.ts';
import { compareOnce } from './unique-items.ts';
import { Steps, TOO_MANY, TooManySteps } from './validation-budget.ts';

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

/**
 * Schemas that stay compiled of one document, at four kilobytes each; beyond, those in use are compiled again. A check that
 * needs more than twice as many by itself is none.
 */
const MOST_COMPILED = 50_000;

const NONE: readonly ErrorObject[] = [];

/** Which way the values go. */
export type Direction = 'request' | 'response';

type Matcher = ReturnType<typeof linearTime>;

/** Of one mode. */
interface Compiler {
  /** The validator of a schema by its id. */
  readonly validatorOf: (id: string) => Validator;
  /** By what the schema says. */
  readonly byText: Map<string, Validator>;
}

export class Schemas {
  readonly #isEager: boolean;
  readonly #direction: Direction;
  readonly #graph: SchemaGraph;
  readonly onFault: (fault: DocumentFault) => void;
  /** Limits of the JSON that is checked. */
  readonly json: JsonLimits;
  readonly #compilers = new Map<Mode, Compiler>();
  /** Schemas that are compiled in all modes, about. */
  #compiled = 0;
  readonly #mostCompiled: number;
  readonly #steps = new Steps();
  readonly #spend: () => void;
  readonly #patterns = new Map<string, Matcher>();
  /** As ajv wants it: each pattern is compiled once for all modes. */
  readonly #matches = Object.assign(
    (source: string): Matcher => {
      const matcher = this.#patterns.get(source) ?? linearTime(source, this.#spend);
      this.#patterns.set(source, matcher);
      return matcher;
    },
    { code: linearTime.code },
  );

  /** @param turn where one is given, checks throw `TurnOver` when it is over; without one they do all at once */
  constructor(
    document: Json,
    onFault: (fault: DocumentFault) => void,
    isEager = false,
    direction: Direction = 'request',
    references = new SchemaReferences(document),
    json: JsonLimits = defaultLimits,
    turn?: Turn,
    mostCompiled = MOST_COMPILED,
  ) {
    this.#mostCompiled = mostCompiled;
    this.#spend = turn?.spend ?? (() => {});
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
      onWork: this.#spend,
    });
  }

  check(schema: Json, mode: Mode, pointer: string): Check {
    const check = this.#check(schema, mode, pointer);
    return (value) => check(value, STEPS_OF_TEXT);
  }

  /** Compiled when it is used first: of a large document most is not, and a start does not wait for it. */
  #check(schema: Json, mode: Mode, pointer: string): SizedCheck {
    let root: Root | undefined;
    let isUnchecked = false;
    /** Whether it is on its way through several turns. */
    let isBegun = false;
    // No parameter goes one way only.
    const isAsWritten = mode === 'text' || mode === 'json';
    let text: string | undefined;
    const make = (): Validator => {
      if (root === undefined) {
        root = this.#graph.make(schema, pointer, isAsWritten);
        text = textOf(root);
      }
      return this.#validator(root, text, mode);
    };
    /** What cannot be compiled is told, and leaves unchecked no more than itself. */
    const unlessBroken = <T>(run: () => T, otherwise: T): T => {
      try {
        return run();
      } catch (error) {
        if (!(error instanceof NotCompiled)) throw error;
        isUnchecked = true;
        this.onFault({ pointer, reason: `goes unchecked: ${error.message}` });
        return otherwise;
      }
    };
    if (this.#isEager)
      unlessBroken(() => {
        make();
      }, undefined);
    const errorsOf = (value: unknown): readonly ErrorObject[] => {
      const validator = make();
      return validator.validate(value) ? NONE : (validator.validate.errors ?? NONE);
    };
    return (value, most) => {
      if (isUnchecked) return NONE;
      if (!isBegun) this.#forgetMany();
      isBegun = false;
      try {
        return this.#steps.within(most, () => unlessBroken(() => errorsOf(value), NONE));
      } catch (error) {
        if (error instanceof TooManySteps) return TOO_MANY;
        isBegun = error instanceof TurnOver;
        throw error;
      }
    };
  }

  /** The same for schemas that say the same. */
  #validator(root: Root, text: string | undefined, mode: Mode): Validator {
    const { validatorOf, byText } = this.#compiler(mode);
    const known = text === undefined ? undefined : byText.get(text);
    if (known !== undefined) return known;
    if (this.#isEager) compileAll(root, validatorOf);
    const validator = validatorOf(root.id);
    if (text !== undefined) byText.set(text, validator);
    return validator;
  }

  #forgetMany(): void {
    if (this.#compiled <= this.#mostCompiled || this.#isEager) return;
    this.#compilers.clear();
    this.#compiled = 0;
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

  #compiler(mode: Mode): Compiler {
    const known = this.#compilers.get(mode);
    if (known) return known;
    const validatorOf = lazyReferences(this.#engine(mode), (id) => this.#schemaOf(id), this.#spend);
    const compiler: Compiler = { validatorOf, byText: new Map() };
    this.#compilers.set(mode, compiler);
    return compiler;
  }

  #schemaOf(id: string): Made {
    const { schema = true, size = 0 } = this.#graph.root(id) ?? {};
    this.#compiled += size;
    if (this.#compiled > this.#mostCompiled * 2 && !this.#isEager)
      throw new NotCompiled(`it needs more than ${this.#mostCompiled} schemas`);
    return schema;
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
    unevaluatedAsFound(ajv, this.#graph, this.#matches, this.#spend);
    if (this.#direction === 'response') refuseWriteOnly(ajv);
    return ajv;
  }
}

/** With whatever it refers to. @throws NotCompiled */
function compileAll(root: Root, validatorOf: Compiler['validatorOf']): void {
  const reached = new Set([root]);
  // A set grows while it is iterated.
  for (const { id, refs } of reached) {
    validatorOf(id).compile();
    for (const one of refs) reached.add(one);
  }
}

/** Names the schema that stands at a pointer of the document. */
export const schemaAt = (pointer: string): Json => ({ $ref: pointer });
