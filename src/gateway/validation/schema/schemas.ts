/** The schemas of one document, compiled by ajv (JSON Schema 2020-12) where they stand in it. */

import type { ErrorObject } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonLimits } from '../../../config/limits.ts';
import { defaultLimits } from '../../../config/limits.ts';
import type { DocumentFault } from '../../../openapi/load/document-fault.ts';
import type { Json } from '../../../openapi/load/grammar.ts';
import { linearTimePattern } from '../../../openapi/patterns/pattern.ts';
import { canonicalText } from './equal-schemas.ts';
import { addAllFormats, isKnownFormat } from './formats.ts';
import type { JsonNode } from './json-node.ts';
import type { Validator } from './lazy-references.ts';
import { CompilationError, lazyReferences } from './lazy-references.ts';
import { addExactMultipleOf } from './multiple-of.ts';
import { addWriteOnly } from './read-write-only.ts';
import type { AjvSchema, SchemaRoot } from './schema-graph.ts';
import { SchemaGraph } from './schema-graph.ts';
import { SchemaReferences } from './schema-references.ts';
import type { TimeSlice } from './time-slice.ts';
import { TimeSliceExceeded } from './time-slice.ts';
import { addUnevaluated } from './unevaluated.ts';
import { addUniqueItems } from './unique-items.ts';
import { BUDGET_ERRORS, BudgetExceeded, ValidationBudget } from './validation-budget.ts';

/**
 * `text`: of parameters, strings are read as what the schema wants; `form`: so are those of a body. `json`: of
 * parameters that are written as JSON, which says itself what is a string. `first` stops at the first fault of a body,
 * `all` finds each.
 */
export type CheckMode = 'text' | 'json' | 'form' | 'first' | 'all';

/** What is wrong with a value; nothing where it holds. */
export type Check = (value: unknown) => readonly ErrorObject[];

/** The same for a value of which the size is known. */
type SizedCheck = (value: unknown, budget: number) => readonly ErrorObject[];

/** Finding every fault of a larger value could cost more than it is worth. */
const ALL_FAULTS_BYTES = 65_536;

/** Steps that a check takes, see `steps.ts`: more than any value of this size needs that can be read in one way. */
const BASE_BUDGET = 20_000;
const BUDGET_PER_BYTE = 10;
/** Of a query, headers, a form. */
const TEXT_BUDGET = 100_000;

/**
 * Schemas that stay compiled of one document, at four kilobytes each; beyond, those in use are compiled again. A check that
 * needs more than twice as many by itself is none.
 */
const MAX_COMPILED = 50_000;

const NONE: readonly ErrorObject[] = [];

/** Which way the values go. */
export type Direction = 'request' | 'response';

type Matcher = ReturnType<typeof linearTimePattern>;

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
  readonly #compilers = new Map<CheckMode, Compiler>();
  /** Schemas that are compiled in all modes, about. */
  #compiled = 0;
  readonly #maxCompiled: number;
  readonly #budget = new ValidationBudget();
  readonly #checkpoint: () => void;
  readonly #patterns = new Map<string, Matcher>();
  /** As ajv wants it: each pattern is compiled once for all modes. */
  readonly #createMatcher = Object.assign(
    (source: string): Matcher => {
      const matcher = this.#patterns.get(source) ?? linearTimePattern(source, this.#checkpoint);
      this.#patterns.set(source, matcher);
      return matcher;
    },
    { code: linearTimePattern.code },
  );

  /** @param turn where one is given, checks throw `TurnOver` when it is over; without one they do all at once */
  constructor(
    document: Json,
    onFault: (fault: DocumentFault) => void,
    isEager = false,
    direction: Direction = 'request',
    references = new SchemaReferences(document),
    json: JsonLimits = defaultLimits,
    turn?: TimeSlice,
    mostCompiled = MAX_COMPILED,
  ) {
    this.#maxCompiled = mostCompiled;
    this.#checkpoint = turn?.checkpoint ?? (() => {});
    this.json = json;
    this.#isEager = isEager;
    this.#direction = direction;
    this.onFault = onFault;
    this.#graph = new SchemaGraph({
      references,
      onFault,
      access: direction === 'request' ? 'readOnly' : 'writeOnly',
      checkPattern: this.#createMatcher,
      knowsFormat: isKnownFormat,
      onWork: this.#checkpoint,
    });
  }

  check(schema: Json, mode: CheckMode, pointer: string): Check {
    const check = this.#check(schema, mode, pointer);
    return (value) => check(value, TEXT_BUDGET);
  }

  /** Compiled when it is used first: of a large document most is not, and a start does not wait for it. */
  #check(schema: Json, mode: CheckMode, pointer: string): SizedCheck {
    let root: SchemaRoot | undefined;
    let isUnchecked = false;
    /** Whether it is on its way through several turns. */
    let isResumed = false;
    // No parameter goes one way only.
    const keepsRequired = mode === 'text' || mode === 'json';
    let text: string | undefined;
    const getValidator = (): Validator => {
      if (root === undefined) {
        root = this.#graph.add(schema, pointer, keepsRequired);
        text = canonicalText(root);
      }
      return this.#validator(root, text, mode);
    };
    /** What cannot be compiled is told, and leaves unchecked no more than itself. */
    const catchCompilationError = <T>(run: () => T, otherwise: T): T => {
      try {
        return run();
      } catch (error) {
        if (!(error instanceof CompilationError)) throw error;
        isUnchecked = true;
        this.onFault({ pointer, reason: `is not checked: ${error.message}` });
        return otherwise;
      }
    };
    if (this.#isEager)
      catchCompilationError(() => {
        getValidator();
      }, undefined);
    const errorsOf = (value: unknown): readonly ErrorObject[] => {
      const validator = getValidator();
      return validator.validate(value) ? NONE : (validator.validate.errors ?? NONE);
    };
    return (value, most) => {
      if (isUnchecked) return NONE;
      if (!isResumed) this.#evictCompiled();
      isResumed = false;
      try {
        return this.#budget.run(most, () => catchCompilationError(() => errorsOf(value), NONE));
      } catch (error) {
        if (error instanceof BudgetExceeded) return BUDGET_ERRORS;
        isResumed = error instanceof TimeSliceExceeded;
        throw error;
      }
    };
  }

  /** The same for schemas that say the same. */
  #validator(root: SchemaRoot, text: string | undefined, mode: CheckMode): Validator {
    const { validatorOf, byText } = this.#compiler(mode);
    const known = text === undefined ? undefined : byText.get(text);
    if (known !== undefined) return known;
    if (this.#isEager) compileAll(root, validatorOf);
    const validator = validatorOf(root.id);
    if (text !== undefined) byText.set(text, validator);
    return validator;
  }

  #evictCompiled(): void {
    if (this.#compiled <= this.#maxCompiled || this.#isEager) return;
    this.#compilers.clear();
    this.#compiled = 0;
  }

  /** Tells of a schema that refers to nothing before it is used. */
  reportDangling({ node, pointer }: JsonNode): void {
    if (typeof node.$ref === 'string') this.#graph.reportDangling(pointer);
  }

  /** For a value that was so many bytes of JSON: every fault, where finding them costs little. */
  checkJson(schema: Json, pointer: string): (value: unknown, bytes: number) => readonly ErrorObject[] {
    const first = this.#check(schema, 'first', pointer);
    const all = this.#check(schema, 'all', pointer);
    return (value, bytes) => {
      const errors = first(value, BASE_BUDGET + bytes * BUDGET_PER_BYTE);
      if (errors.length === 0 || errors === BUDGET_ERRORS || bytes > ALL_FAULTS_BYTES) return errors;
      const found = all(value, BASE_BUDGET);
      return found === BUDGET_ERRORS ? errors : found;
    };
  }

  #compiler(mode: CheckMode): Compiler {
    const known = this.#compilers.get(mode);
    if (known) return known;
    const validatorOf = lazyReferences(this.#createAjv(mode), (id) => this.#schemaOf(id), this.#checkpoint);
    const compiler: Compiler = { validatorOf, byText: new Map() };
    this.#compilers.set(mode, compiler);
    return compiler;
  }

  #schemaOf(id: string): AjvSchema {
    const { schema = true, size = 0 } = this.#graph.root(id) ?? {};
    this.#compiled += size;
    if (this.#compiled > this.#maxCompiled * 2 && !this.#isEager)
      throw new CompilationError(`it needs more than ${this.#maxCompiled} schemas`);
    return schema;
  }

  #createAjv(mode: CheckMode): Ajv2020 {
    const ajv = new Ajv2020({
      strict: false,
      validateSchema: false,
      meta: false,
      allErrors: mode !== 'first',
      // One value in text may be a list of one.
      coerceTypes: (mode === 'text' || mode === 'form') && 'array',
      // Each object has a `constructor` that was not sent.
      ownProperties: true,
      code: { regExp: this.#createMatcher },
      logger: false,
    });
    addAllFormats(ajv);
    addUniqueItems(ajv);
    addExactMultipleOf(ajv);
    this.#budget.addKeyword(ajv);
    addUnevaluated(ajv, this.#graph, this.#createMatcher, this.#checkpoint);
    if (this.#direction === 'response') addWriteOnly(ajv);
    return ajv;
  }
}

/** With whatever it refers to. @throws NotCompiled */
function compileAll(root: SchemaRoot, validatorOf: Compiler['validatorOf']): void {
  const reachable = new Set([root]);
  // A set grows while it is iterated.
  for (const { id, refs } of reachable) {
    validatorOf(id).compile();
    for (const one of refs) reachable.add(one);
  }
}

/** Names the schema that stands at a pointer of the document. */
export const referenceSchema = (pointer: string): Json => ({ $ref: pointer });
