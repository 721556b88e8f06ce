/** A service without a cache is called directly, without code of the cache. */
import { afterEach, expect, it } from '@jest/globals';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';
import { createUpstreams } from '../../../src/gateway/proxy/upstreams.ts';
import { Cache } from '../../../src/outbound/http-cache/cache.ts';
import { closeTargets, createTargets, type Targets } from '../../../src/outbound/targets.ts';
import { document } from '../../support/gateway.ts';
import { testLog } from '../../support/log.ts';

let targets: Targets = new Map();

afterEach(() => closeTargets(targets));

it('The upstream is the target itself without a cache or without a document', () => {
  const config = parseGatewayConfig(
    `services:
  plain: { document: a, url: "http://a" }
  cached: { document: a, url: "http://a", cache: on }
  unknown: { document: a, url: "http://a", cache: on }
`,
    'gateway.yaml',
  );
  targets = createTargets(config.services);
  const documents = new Map(['plain', 'cached'].map((name) => [name, document({})]));
  const upstreams = createUpstreams({
    config,
    documents,
    targets,
    cache: new Cache(),
    logger: testLog().logger,
  });
  const isItself = (name: string) => upstreams.get(name) === targets.get(name);
  expect(['plain', 'cached', 'unknown'].map(isItself)).toEqual([true, false, true]);
});
