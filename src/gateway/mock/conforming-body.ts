/**
 * Creates the body of a mock response: an example of the document if it matches its schema, and otherwise a generated
 * value. An example that does not match is reported, because a service that is written after it would break the contract.
 */
import type { MediaTypeObject, OpenAPIObject } from 'openapi3-ts/oas31';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import type { DeclaredMedia } from '../validation/responses.ts';
import type { SchemaReferences } from '../validation/schema/schema-references.ts';
import { generate } from './generate.ts';
import { examplesOf, type MockPreferences, sampleOf } from './select-response.ts';

export interface ConformingBodyOptions {
  readonly document: OpenAPIObject;
  readonly references: SchemaReferences;
  readonly media: MediaTypeObject;
  /** JSON Pointer to the media type. */
  readonly pointer: string;
  readonly declared: DeclaredMedia | undefined;
  readonly preferences: MockPreferences;
  readonly onFault: (fault: DocumentFault) => void;
}

/** Number of alternatives to try, each with all optional members and with required members only. */
const MAX_CHOICES = 8;

export function conformingBody(options: ConformingBodyOptions): unknown {
  const { document, media, preferences, declared, pointer, onFault } = options;
  const faultOf = (value: unknown): string | undefined => firstFault(declared, value);
  for (const { place, value } of examplesOf(document, media, preferences)) {
    const fault = faultOf(value);
    if (fault === undefined) return value;
    const parsed = parsedText(value);
    if (parsed !== undefined && faultOf(parsed) === undefined) return parsed;
    onFault({
      pointer: `${pointer}/${place}`,
      reason: `is not used: it does not match its schema, ${fault}`,
    });
  }
  for (const value of candidates(options))
    if (value !== undefined && faultOf(value) === undefined) return value;
  onFault({ pointer: `${pointer}/schema`, reason: 'is too complex for the mock server: add an example' });
  // An empty or self-referencing schema has no sample; any JSON value matches it.
  return sampleOf(document, media) ?? null;
}

function* candidates({ document, references, media }: ConformingBodyOptions): Generator<unknown> {
  yield sampleOf(document, media);
  const { resource } = references.at('#');
  for (let choice = 0; choice < MAX_CHOICES; choice++)
    for (const isMinimal of [false, true])
      yield generate(references, media.schema ?? {}, resource, { choice, isMinimal });
}

/** Describes the first fault, without the value. */
function firstFault(declared: DeclaredMedia | undefined, value: unknown): string | undefined {
  if (!declared?.check) return undefined;
  try {
    const [error] = declared.check(value, 0);
    return error && `${error.instancePath || 'as a whole'} ${error.message}`;
  } catch {
    return 'it is nested too deeply';
  }
}

/** Some documents contain JSON examples as strings. */
function parsedText(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
