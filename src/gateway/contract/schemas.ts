/** The schemas of one document, compiled by ajv (JSON Schema 2020-12) where they stand in it. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { defaultLimits, type JsonLimits } from '../../config/limits.ts';
import type { DocumentFault } from '../document/fault.ts';
import type { Json } from '../document/grammar.ts';
import { notRequiringAll, refuseWriteOnly } from './one-way.ts';
import { linearTime } from './pattern.ts';
import { compareOnce } from './unique-items.ts';
import { withoutNames } from './without-names.ts';

// The package is CommonJS: its function is under `default` for ES modules.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

const DOCUMENT = 'document';

/**
 * `text`: of parameters, strings are read as what the schema wants; `form`: so are those of a body. `first` stops at
 * the first fault of a body, `all` finds each.
 */
export type Mode = 'text' | 'form' | 'first' | 'all';

/** What is wrong with a value; nothing where it holds. */
export type Check = (value: unknown) => readonly ErrorObject[];

/** Finding every fault of a larger value could cost more than it is worth. */
const ALL_FAULTS_BYTES = 65_536;

const NONE: readonly ErrorObject[] = [];

/** A price of 19.99 is a multiple of 0.01, which binary fractions deny. */
const MULTIPLE_DIGITS = 8;

/** Which way the values go. */
export type Direction = 'request' | 'response';

export class Schemas {
  readonly #isEager: boolean;
  readonly #direction: Direction;
  readonly #document: Json;
  readonly onFault: (fault: DocumentFault) => void;
  /** Limits of the JSON that is checked. */
  readonly json: JsonLimits;
  #compiled: Json | undefined;
  readonly #compilers = new Map<Mode, Ajv2020>();

  constructor(
    document: Json,
    onFault: (fault: DocumentFault) => void,
    isEager = false,
    direction: Direction = 'request',
    json: JsonLimits = defaultLimits,
  ) {
    this.json = json;
    this.#isEager = isEager;
    this.#direction = direction;
    this.#document = document;
    this.onFault = onFault;
  }

  /** Compiled when it is used first: of a large document most is not, and a start does not wait for it. */
  check(schema: Json, mode: Mode, pointer: string): Check {
    let compiled = this.#isEager ? this.#compile(schema, mode, pointer) : undefined;
    return (value) => {
      compiled ??= this.#compile(schema, mode, pointer);
      return compiled(value) ? NONE : (compiled.errors ?? NONE);
    };
  }

  /** For a value that was so many bytes of JSON: every fault, where finding them costs little. */
  checkJson(schema: Json, pointer: string): (value: unknown, bytes: number) => readonly ErrorObject[] {
    const first = this.check(schema, 'first', pointer);
    const all = this.check(schema, 'all', pointer);
    return (value, bytes) => {
      const errors = first(value);
      return errors.length === 0 || bytes > ALL_FAULTS_BYTES ? errors : all(value);
    };
  }

  #compile(schema: Json, mode: Mode, pointer: string): ValidateFunction {
    try {
      return this.#compiler(mode).compile(schema);
    } catch (error) {
      const [message] = (error as Error).message.split('\n');
      this.onFault({ pointer, reason: `goes unchecked: ${message}` });
      return this.#compiler(mode).compile({});
    }
  }

  #toCompile(mode: Mode): Json {
    // No parameter goes one way only, and a large document is not copied in no time.
    if (mode === 'text') return this.#document;
    this.#compiled ??= notRequiringAll(
      this.#document,
      this.#direction === 'request' ? 'readOnly' : 'writeOnly',
    );
    return this.#compiled;
  }

  #compiler(mode: Mode): Ajv2020 {
    const known = this.#compilers.get(mode);
    if (known) return known;
    const document = this.#toCompile(mode);
    let ajv = this.#engine(mode);
    try {
      ajv.addSchema(document, DOCUMENT);
    } catch {
      // One name given twice, or in an example, would leave every operation unchecked.
      ajv = this.#engine(mode);
      ajv.addSchema(withoutNames(document), DOCUMENT);
    }
    this.#compilers.set(mode, ajv);
    return ajv;
  }

  #engine(mode: Mode): Ajv2020 {
    const ajv = new Ajv2020({
      strict: false,
      // Everything below the root of a document is no schema.
      validateSchema: false,
      allErrors: mode !== 'first',
      // One value in text may be a list of one.
      coerceTypes: (mode === 'text' || mode === 'form') && 'array',
      multipleOfPrecision: MULTIPLE_DIGITS,
      code: { regExp: linearTime },
      logger: false,
    });
    addFormats(ajv);
    compareOnce(ajv);
    if (this.#direction === 'response') refuseWriteOnly(ajv);
    return ajv;
  }
}

/** Names the schema that stands at a pointer of the document. */
export const schemaAt = (pointer: string): Json => ({ $ref: `${DOCUMENT}${pointer}` });
