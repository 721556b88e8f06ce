/** The body of an operation, compiled: which media types it takes, and for JSON the check against its schema. */
import { isUtf8 } from 'node:buffer';
import { ACCEPT_PATCH } from '../../contract/media-types.ts';
import { type Fault, Problem } from '../../contract/problem.ts';
import { badRequest, unsupportedMediaType, validationFailed } from '../../contract/problems.ts';
import type { Json } from '../document/grammar.ts';
import { faultsOf } from './faults.ts';
import { encode, type Located, locate } from './located.ts';
import { essence, isJsonType } from './media.ts';
import { type Schemas, schemaAt } from './schemas.ts';

export interface MediaType {
  readonly isJson: boolean;
  /** @throws Problem bad-request (400) when the bytes are no JSON */
  check(bytes: Buffer): Fault[];
}

export class RequestBody {
  readonly required: boolean;
  readonly #isPatch: boolean;
  readonly #types = new Map<string, MediaType>();

  constructor(document: Json, body: Located, schemas: Schemas, method: string) {
    this.#isPatch = method === 'PATCH';
    this.required = body.node.required === true;
    for (const range of Object.keys((body.node.content ?? {}) as Json)) {
      const schema = locate(document, body, 'content', range, 'schema');
      const pointer = schema?.pointer ?? `${body.pointer}/content/${encode(range)}/schema`;
      const { [range]: media } = body.node.content as Readonly<Record<string, Json>>;
      if (schema === undefined && media?.schema !== undefined)
        schemas.onFault({ pointer, reason: 'goes unchecked: it refers to nothing' });
      this.#types.set(essence(range), mediaType(essence(range), schema, schemas, pointer));
    }
  }

  get types(): readonly string[] {
    return [...this.#types.keys()];
  }

  /** @throws Problem unsupported-media-type (415) */
  accept(contentType: string | undefined): MediaType {
    const type = essence(contentType ?? '');
    const found =
      this.#types.get(type) ?? this.#types.get(`${type.split('/')[0]}/*`) ?? this.#types.get('*/*');
    if (found && type.includes('/')) return found;
    const supported = this.types;
    const got = type ? `cannot be sent as ${type}` : 'has no Content-Type';
    throw new Problem(
      unsupportedMediaType,
      `The body ${got}; this operation takes ${supported.join(', ')}.`,
      {
        extensions: { supported },
        ...(this.#isPatch && { headers: { [ACCEPT_PATCH]: supported.join(', ') } }),
      },
    );
  }

  /** @throws Problem validation-failed (400) where there has to be a body and is none */
  acceptNone(): void {
    if (!this.required) return;
    const errors: Fault[] = [{ in: 'body', pointer: '#', detail: 'is required' }];
    throw new Problem(validationFailed, 'This operation needs a body.', { extensions: { errors } });
  }
}

const mediaType = (
  type: string,
  schema: Located | undefined,
  schemas: Schemas,
  pointer: string,
): MediaType => {
  const isJson = isJsonType(type);
  if (!isJson) return { isJson, check: () => [] };
  const errorsOf = schemas.checkJson(schema ? schemaAt(schema.pointer) : {}, pointer);
  return { isJson, check: (bytes) => faultsOf('body', errorsOf(parse(bytes), bytes.length)) };
};

const parse = (bytes: Buffer): unknown => {
  // Decoding would put another character in the place of a broken one, and a third would be kept.
  if (!isUtf8(bytes))
    throw new Problem(badRequest, 'The body is not UTF-8, as JSON has to be (RFC 8259 §8.1).');
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    // V8's message may quote the body.
    const position = /position \d+( \(line \d+ column \d+\))?/.exec((error as Error).message)?.[0];
    throw new Problem(badRequest, `The body is not well-formed JSON${position ? `, at ${position}` : ''}.`);
  }
};
