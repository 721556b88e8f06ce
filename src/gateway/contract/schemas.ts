/** The schemas of one document, compiled by ajv (JSON Schema 2020-12) where they stand in it. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import type { DocumentFault } from '../document/fault.ts';
import type { Json } from '../document/grammar.ts';
import { refuseWriteOnly, withoutWriteOnly } from './write-only.ts';

// The package is CommonJS: its function is under `default` for ES modules.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

const DOCUMENT = 'document';

/** `text`: strings are read as what the schema wants. `first` stops at the first fault, `all` finds each. */
export type Mode = 'text' | 'first' | 'all';

/** What is wrong with a value; nothing where it holds. */
export type Check = (value: unknown) => readonly ErrorObject[];

/** Finding every fault of a larger value could cost more than it is worth. */
const ALL_FAULTS_BYTES = 65_536;

const NONE: readonly ErrorObject[] = [];

/** Which way the values go: what may only be written is not in an answer. */
export type Direction = 'request' | 'response';

export class Schemas {
  readonly #isEager: boolean;
  readonly #direction: Direction;
  readonly #document: Json;
  readonly onFault: (fault: DocumentFault) => void;
  #answered: Json | undefined;
  readonly #compilers = new Map<Mode, Ajv2020>();

  constructor(
    document: Json,
    onFault: (fault: DocumentFault) => void,
    isEager = false,
    direction: Direction = 'request',
  ) {
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

  #toCompile(): Json {
    if (this.#direction === 'request') return this.#document;
    this.#answered ??= withoutWriteOnly(this.#document);
    return this.#answered;
  }

  #compiler(mode: Mode): Ajv2020 {
    const known = this.#compilers.get(mode);
    if (known) return known;
    const ajv = new Ajv2020({
      strict: false,
      // Everything below the root of a document is no schema.
      validateSchema: false,
      allErrors: mode !== 'first',
      coerceTypes: mode === 'text',
      // Published documents escape more than the u flag allows.
      unicodeRegExp: false,
      logger: false,
    });
    this.#compilers.set(mode, ajv);
    addFormats(ajv);
    if (this.#direction === 'response') refuseWriteOnly(ajv);
    ajv.addSchema(this.#toCompile(), DOCUMENT);
    return ajv;
  }
}

/** Names the schema that stands at a pointer of the document. */
export const schemaAt = (pointer: string): Json => ({ $ref: `${DOCUMENT}${pointer}` });
