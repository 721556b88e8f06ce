import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { parseOpenApi, readDocument } from '../../src/gateway/read-document.ts';

describe('a document file', () => {
  it.each(['openapi: 3.1.0\npaths: {}', '{"openapi":"3.0.3","paths":{}}', 'openapi: 3.1.0'])(
    'is read from %p',
    (text) => {
      expect(parseOpenApi(text, 'x').openapi).toMatch(/^3/);
    },
  );

  it.each([
    ['{"openapi": "3.1.0",\n "paths": {', /^openapi\/a\.yaml:2:\d+: neither YAML nor JSON: /],
    ['openapi: 3.1.0\n\tpaths: {}', /^openapi\/a\.yaml:2:/],
    ['just text', /found no object$/],
    ['', /found no object$/],
    ['swagger: "2.0"', /found 2\.0; convert the document$/],
    ['openapi: 3.1.0\npaths: []', /paths: expected an object/],
  ])('is refused in one line: %p', (text, message) => {
    expect(() => parseOpenApi(text, 'openapi/a.yaml')).toThrow(ConfigError);
    expect(() => parseOpenApi(text, 'openapi/a.yaml')).toThrow(message);
    expect(() => parseOpenApi(text, 'openapi/a.yaml')).not.toThrow('\n');
  });

  it('is missed with the place that names it', () => {
    expect(() => readDocument('/nowhere/a.yaml')).toThrow(/^\/nowhere\/a\.yaml: .*gateway\.yaml$/);
  });
});
