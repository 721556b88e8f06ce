/** The schemas of one document, compiled by ajv (JSON Schema 2020-12) where they stand in it. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { ConfigError } from '../../config/config-error.ts';
import type { Json } from '../document/grammar.ts';

// The package is CommonJS: its function is under `default` for ES modules.
const addFormats = addFormatsModule as unknown as typeof addFormatsModule.default;

const DOCUMENT = 'document';

/** `text`: strings are read as what the schema wants. `first` stops at the first fault, `all` finds each. */
export type Mode = 'text' | 'first' | 'all';

export class Schemas {
  readonly #service: string;
  readonly #document: Json;
  readonly #compilers = new Map<Mode, Ajv2020>();

  constructor(service: string, document: Json) {
    this.#service = service;
    this.#document = document;
  }

  /** @throws ConfigError when a schema is none */
  compile(schema: Json, mode: Mode, place: string): ValidateFunction {
    try {
      return this.#compiler(mode).compile(schema);
    } catch (cause) {
      const reason = (cause as Error).message.split('\n')[0];
      throw new ConfigError(
        `${this.#service}: the document has a schema that is none, in ${place}: ${reason}`,
        cause,
      );
    }
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
    addFormats(ajv);
    ajv.addSchema(this.#document, DOCUMENT);
    this.#compilers.set(mode, ajv);
    return ajv;
  }
}

/** Names the schema that stands at a pointer of the document. */
export const schemaAt = (pointer: string): Json => ({ $ref: `${DOCUMENT}${pointer}` });
