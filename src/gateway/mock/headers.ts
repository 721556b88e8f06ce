/** Creates the required headers of a mock response. */
import type { HeaderObject, OpenAPIObject, ResponseObject } from 'openapi3-ts/oas31';
import { isObject } from '../../openapi/load/grammar.ts';
import { resolveReference } from '../../openapi/reference.ts';
import type { DeclaredResponse } from '../validation/responses.ts';
import type { SchemaReferences } from '../validation/schema/schema-references.ts';
import { generate } from './generate.ts';

/** Headers that the HTTP server sets. */
const SET_BY_SERVER: ReadonlySet<string> = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'date',
]);

/** Number of generated values to try. */
const MAX_CHOICES = 4;

export function requiredHeaders(
  document: OpenAPIObject,
  references: SchemaReferences,
  { headers = {} }: ResponseObject,
  declared: DeclaredResponse | undefined,
): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, entry] of Object.entries(headers)) {
    const header = resolveReference<HeaderObject>(document, entry);
    if (header?.required !== true || SET_BY_SERVER.has(name.toLowerCase())) continue;
    const texts = [...valuesOf(document, references, header)].map((value) => serializeHeader(value, header));
    const isValid = (text: string): boolean =>
      declared
        ?.checkHeaders(() => new Map([[name.toLowerCase(), [text]]]))
        .every(({ pointer }) => !pointer.startsWith(`#/${name.toLowerCase()}`)) !== false;
    values.set(name, texts.find(isValid) ?? texts[0] ?? '');
  }
  return values;
}

function* valuesOf(
  document: OpenAPIObject,
  references: SchemaReferences,
  header: HeaderObject,
): Generator<unknown> {
  const [media] = Object.values(header.content ?? {});
  const { example, examples = {} } = media ?? header;
  if (example !== undefined) yield example;
  for (const one of Object.values(examples)) {
    const value = resolveReference<{ value?: unknown }>(document, one)?.value;
    if (value !== undefined) yield value;
  }
  const { resource } = references.at('#');
  for (let choice = 0; choice < MAX_CHOICES; choice++)
    yield generate(references, (media ?? header).schema ?? {}, resource, { choice, isMinimal: false });
}

/** Serializes in the style `simple` (OpenAPI 3.1 §4.8.21), or in the media type of the header. */
function serializeHeader(value: unknown, { content, explode = false }: HeaderObject): string {
  const text =
    content !== undefined
      ? JSON.stringify(value)
      : Array.isArray(value)
        ? value.join(',')
        : isObject(value)
          ? Object.entries(value)
              .map(([name, one]) => `${name}${explode ? '=' : ','}${one}`)
              .join(',')
          : String(value);
  // Headers may not contain other characters (RFC 9110 §5.5).
  return text.replaceAll(/[^\t\x20-\x7E]/g, encodeURIComponent);
}
