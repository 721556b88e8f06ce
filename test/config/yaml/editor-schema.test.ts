/** The faults of a `gateway.yaml` in an editor, and at the start of the gateway. */
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { configTable } from '../../../src/config/gateway-schema.ts';
import { editorSchema } from '../../../src/config/yaml/editor-schema.ts';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const ajv = new Ajv2020({ strict: false });
(addFormats as unknown as { default: typeof addFormats.default }).default(ajv as never);
const isGoodToEditors = ajv.compile(editorSchema());

const isGoodAtStart = (text: string): boolean => {
  try {
    parseGatewayConfig(text, 'gateway.yaml');
    return true;
  } catch {
    return false;
  }
};
const service = (text = '') =>
  `services: { a: { document: a.yaml, url: "http://a:1"${text && `, ${text}`} } }\n`;

describe('An editor and the gateway agree that', () => {
  it.each([
    ['a service', service()],
    ['several URLs', 'services: { a: { document: a.yaml, url: ["http://a:1", "http://b:1"] } }'],
    [
      'durations and sizes',
      `${service()}policy: { deadline: 1.5s, attemptTimeout: 500 }\nlimits: { body: 64kb }`,
    ],
    ['no retry', `${service()}policy: { retry: off }`],
    ['a policy by name', `${service('policy: slow')}policies: { slow: { deadline: 60s } }`],
    ['an operation with a policy', service('operations: { get: { policy: { retry: { attempts: 1 } } } }')],
    [
      'a breaker of any kind',
      `${service('policy: { breaker: { failures: 3 } }')}policy: { breaker: { kind: consecutive } }`,
    ],
    ['a cache', `${service('cache: { staleIfError: 10m }')}cache: { size: 64mb }`],
    ['a mock', 'services: { a: { document: a.yaml, upstream: mock } }'],
    ['health checks', service('health: { path: /health/ready, every: 2s }')],
  ])('%s is valid', (_, text) => {
    expect([isGoodToEditors(parse(text)), isGoodAtStart(text)]).toEqual([true, true]);
  });

  it.each([
    ['no services', 'policy: { deadline: 1s }'],
    ['an unknown key', `${service()}polices: {}`],
    ['an unknown key of a service', service('documents: x')],
    ['an unknown key of a policy', service('policy: { dedline: 1s }')],
    ['a duration without a unit that there is', `${service()}policy: { deadline: 5 parsecs }`],
    ['less than no time', `${service()}policy: { deadline: -1 }`],
    ['a size that is a duration', `${service()}limits: { body: 5m }`],
    ['a name in upper case', 'services: { A: { document: a.yaml, url: "http://a:1" } }'],
    ['too many retries', `${service()}policy: { retry: { attempts: 11 } }`],
    ['a kind of breaker that there is not', `${service()}policy: { breaker: { kind: magic } }`],
    ['a path that is none', service('health: { path: ready }')],
    ['a sample above one', service('sample: 2')],
  ])('%s is invalid', (_, text) => {
    expect([isGoodToEditors(parse(text)), isGoodAtStart(text)]).toEqual([false, false]);
  });
});

it('The schema describes each key', () => {
  const text = JSON.stringify(editorSchema());
  const silent = configTable().filter(({ meaning }) => !text.includes(JSON.stringify(meaning).slice(1, -1)));
  expect(silent).toEqual([]);
});
