/** Loads documents from files and URLs. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import { resolveLocation } from '../config/yaml/source-location.ts';
import type { DocumentCallbacks } from '../gateway/documents/read-document.ts';
import { readDocument } from '../gateway/documents/read-document.ts';

export interface LoadOptions extends DocumentCallbacks {
  /** Prefix of every path. */
  readonly prefix?: string;
}

/** @throws ConfigError when the document cannot be loaded or is invalid */
export const loadDocument = (
  place: string,
  { prefix = '', ...told }: LoadOptions = {},
): Promise<OpenAPIObject> => {
  const root = process.cwd();
  const document = resolveLocation(root, place);
  return readDocument({ name: place, document, overlays: [], paths: {}, prefix }, { ...told, root });
};

/** @throws ConfigError when the list is empty */
export function requireNames(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new ConfigError('expected at least one file or URL of an OpenAPI document');
  return names;
}
