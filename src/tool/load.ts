/** Documents as the tool takes them: from files and URLs. */
import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import { parseOpenApi } from '../gateway/read-document.ts';
import { download } from '../outbound/download.ts';

/** @throws ConfigError in one line, for what cannot be had or is none */
export async function loadDocument(place: string): Promise<OpenAPIObject> {
  return parseOpenApi(/^https?:\/\//.test(place) ? await download(place) : read(place), place);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${file}: cannot be read; name a file or a URL`, cause);
  }
}

/** @throws ConfigError where nothing is named */
export function named(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new ConfigError('name at least one file or URL of an OpenAPI document');
  return names;
}
