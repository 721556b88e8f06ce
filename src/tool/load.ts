/** Documents as the tool takes them: from files and URLs. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import { parseOpenApi, type Told } from '../gateway/read-document.ts';
import { readSource } from '../gateway/reload/read-source.ts';

/** @throws ConfigError in one line, for what cannot be had or is none */
export async function loadDocument(place: string, told: Told = {}): Promise<OpenAPIObject> {
  const { text } = await readSource(place);
  return parseOpenApi(text, place, told);
}

/** @throws ConfigError where nothing is named */
export function named(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new ConfigError('name at least one file or URL of an OpenAPI document');
  return names;
}
