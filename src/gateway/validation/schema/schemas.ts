/** Compiles the schemas of one document with ajv (JSON Schema 2020-12). */

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
 * How values are checked. `text`: parameters, whose strings are converted to the type in the schema. `form`: a form
 * body, converted likewise. `json`: parameters that contain JSON, without conversion. `first`: stops at the first
 * fault of a body. `all`: finds every fault of a body.
 */
export type CheckMode = 'text' | 'json' | 'form' | 'first' | 'all';

/** Returns the faults of a value; empty for a valid value. */
export type SchemaCheck = (value: unknown) => readonly ErrorObject[];

/** Returns the faults of a value within a budget of steps. */
type BudgetedCheck = (value: unknown, budget: number) => readonly ErrorObject[];

/** The largest JSON body for which all faults are reported. */
const ALL_FAULTS_BYTES = 65_536;

/** The budget of a check, see `validation-budget.ts`. It is more than any unambiguous value of this size needs. */
const BASE_BUDGET = 20_000;
const BUDGET_PER_BYTE = 10;
/** The budget for a query, headers or a form. */
const TEXT_BUDGET = 100_000;

/**
 * The most schemas of one document that stay compiled, at four kilobytes each. Beyond that, used schemas are
 * compiled again. A check that needs more than twice as many alone is not performed.
 */
const MAX_COMPILED = 50_000;

const NONE: readonly ErrorObject[] = [];

/** The direction of the values. */
export type Direction = 'request' | 'response';

type Matcher = ReturnType<typeof linearTimePattern>;

/** The compiler of one mode. */
interface Compiler {
  /** Finds the validator of a schema by its id. */
  readonly validatorOf: (id: string) => Validator;
  /** Validators by the canonical text of their schemas. */
  readonly byText: Map<string, Validator>;
}

export class Schemas {
  readonly #isEager: boolean;
  readonly #direction: Direction;
  readonly #graph: SchemaGraph;
  readonly onFault: (fault: DocumentFault) => void;
  /** Limits of the JSON values. */
  readonly json: JsonLimits;
  readonly #compilers = new Map<CheckMode, Compiler>();
  /** The approximate number of compiled schemas in all modes. */
  #compiled = 0;
  readonly #maxCompiled: number;
  readonly #budget = new ValidationBudget();
  readonly #checkpoint: () => void;
  readonly #patterns = new Map<string, Matcher>();
  /** Compiles each pattern once for all modes, in the form that ajv expects. */
  readonly #createMatcher = Object.assign(
    (source: string): Matcher => {
      const matcher = this.#patterns.get(source) ?? linearTimePattern(source, this.#checkpoint);
      this.#patterns.set(source, matcher);
      return matcher;
    },
    { code: linearTimePattern.code },
  );

  /** @param timeSlice if given, checks throw `TimeSliceExceeded` at its end; otherwise they finish at once */
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

  check(schema: Json, mode: CheckMode, pointer: string): SchemaCheck {
    const check = this.#check(schema, mode, pointer);
    return (value) => check(value, TEXT_BUDGET);
  }

  /** Compiles a schema at its first use, so that the start does not wait for schemas that are rarely used. */
  #check(schema: Json, mode: CheckMode, pointer: string): BudgetedCheck {
    let root: SchemaRoot | undefined;
    let isUnchecked = false;
    /** Whether the previous call ran out of time and this one continues it. */
    let isResumed = false;
    // Parameters are never `readOnly` or `writeOnly`.
    const keepsRequired = mode === 'text' || mode === 'json';
    let text: string | undefined;
    const getValidator = (): Validator => {
      if (root === undefined) {
        root = this.#graph.add(schema, pointer, keepsRequired);
        text = canonicalText(root);
      }
      return this.#validator(root, text, mode);
    };
    /** A schema that cannot be compiled is reported, and only its own check is skipped. */
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

  /** Returns the same validator for equal schemas. */
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

  /** Reports a schema with a broken reference before it is used. */
  reportDangling({ node, pointer }: JsonNode): void {
    if (typeof node.$ref === 'string') this.#graph.reportDangling(pointer);
  }

  /** Checks a value whose JSON had this many bytes. Reports every fault if that is cheap. */
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
      // A single text value may be an array with one item.
      coerceTypes: (mode === 'text' || mode === 'form') && 'array',
      // Ignores inherited members such as `constructor`.
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

/**
 * Compiles a schema and all schemas that it refers to.
 * @throws CompilationError
 */
function compileAll(root: SchemaRoot, validatorOf: Compiler['validatorOf']): void {
  const reachable = new Set([root]);
  // The set grows during the iteration.
  for (const { id, refs } of reachable) {
    validatorOf(id).compile();
    for (const one of refs) reachable.add(one);
  }
}

/** A schema that refers to the schema at a pointer of the document. */
export const referenceSchema = (pointer: string): Json => ({ $ref: pointer });
