/**
 * A service's OpenAPI document from its file, YAML or JSON. One that is missing or broken is one line that
 * names file, line and mend; what stands in it is judged where it is used.
 */
import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../config/config-error.ts';
import { isObject } from './document/grammar.ts';

export const readDocument = (file: string): OpenAPIObject => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `${file}: cannot be read; name the service's OpenAPI document in gateway.yaml`,
      cause,
    );
  }
  return parseOpenApi(text, file);
};

export const parseOpenApi = (text: string, file: string): OpenAPIObject => {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = yaml.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: neither YAML nor JSON: ${broken.message}`);
  }
  const document: unknown = yaml.toJS();
  if (!isObject(document)) throw new ConfigError(`${file}:1: expected an OpenAPI document, found no object`);
  if (!/^3\.[012]\./.test(String(document.openapi))) {
    const found = document.openapi ?? document.swagger ?? 'nothing';
    throw new ConfigError(`${file}:1: openapi: expected a version 3.x, found ${found}; convert the document`);
  }
  if (!isObject(document.paths ?? {})) throw new ConfigError(`${file}: paths: expected an object of paths`);
  return document as unknown as OpenAPIObject;
};
