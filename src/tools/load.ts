/** Documents as the tool takes them: from files and URLs. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../config/config-error.ts';
import { placeIn } from '../config/yaml/source-location.ts';
import { type DocumentCallbacks, readDocument } from '../gateway/documents/read-document.ts';

export interface LoadOptions extends DocumentCallbacks {
  /** Put before every path. */
  readonly prefix?: string;
}

/** @throws ConfigError in one line, for what cannot be had or is none */
export const loadDocument = (
  place: string,
  { prefix = '', ...told }: LoadOptions = {},
): Promise<OpenAPIObject> => {
  const root = process.cwd();
  const document = placeIn(root, place);
  return readDocument({ name: place, document, overlays: [], paths: {}, prefix }, { ...told, root });
};

/** @throws ConfigError where nothing is named */
export function named(names: readonly string[]): readonly string[] {
  if (names.length === 0) throw new ConfigError('name at least one file or URL of an OpenAPI document');
  return names;
}
