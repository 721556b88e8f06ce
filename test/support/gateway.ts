/** A gateway with scripted services on free ports, which is closed after each test. */
import type { RequestListener } from 'node:http';
import { afterEach } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { Environment } from '../../src/config/settings.ts';
import { type GatewayConfig, parseGatewayConfig } from '../../src/config/yaml/gateway-yaml.ts';
import { createGateway, type GatewayOptions } from '../../src/gateway/app.ts';
import { liftDocuments } from '../../src/gateway/documents/mark-lifted.ts';
import { createRateLimits } from '../../src/gateway/rate-limits/create.ts';
import { GatewaySecurity } from '../../src/gateway/security/gateway-security.ts';
import { type Listening, listen } from '../../src/http/server/listen.ts';
import { asksForWebSocket } from '../../src/http/web-socket/handshake.ts';
import { closeTargets, createTargets } from '../../src/outbound/targets.ts';
import type { Verifier } from '../../src/security/verifier.ts';
import { testLog } from './log.ts';
import { startUpstream, type TestUpstream } from './upstream.ts';

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

export interface TestGateway extends Listening {
  readonly services: Readonly<Record<string, TestUpstream>>;
  readonly log: ReturnType<typeof testLog>;
}

export interface TestGatewayOptions
  extends Partial<
    Pick<
      GatewayOptions,
      | 'pages'
      | 'cache'
      | 'heldBodies'
      | 'conformanceStats'
      | 'refusalStatistics'
      | 'webSockets'
      | 'operationSteps'
      | 'onRequest'
      | 'onDroppedLink'
      | 'onFault'
    >
  > {
  /** YAML that is appended to the list of services. */
  readonly config?: string;
  /** YAML that every service has. */
  readonly service?: string;
  /** YAML of single services, by name. */
  readonly serviceByName?: Readonly<Record<string, string>>;
  /** The base path of every service. */
  readonly base?: string;
  readonly env?: Environment;
  /** Verify the credentials of the schemes in `authentication`, by name. */
  readonly verifiers?: ReadonlyMap<string, Verifier>;
  /** Called when the headers of a request have arrived. */
  readonly onArrival?: () => void;
}

export const document = (paths: Record<string, unknown>, components = {}): OpenAPIObject =>
  ({ openapi: '3.1.0', info: { title: 't', version: '1.0.0' }, paths, components }) as OpenAPIObject;

export const startGateway = async (
  documents: Readonly<Record<string, OpenAPIObject>>,
  {
    config = '',
    service = '',
    serviceByName = {},
    base = '',
    env = {},
    verifiers = new Map(),
    onArrival,
    ...options
  }: TestGatewayOptions = {},
): Promise<TestGateway> => {
  const services: Record<string, TestUpstream> = {};
  let yaml = `${config}\nservices:\n`;
  for (const name of Object.keys(documents)) {
    const upstream = await startUpstream();
    open.push(upstream.stop);
    services[name] = upstream;
    const keys = [`document: x, url: "${upstream.url}${base}"`, service, serviceByName[name]];
    yaml += `  ${name}: { ${keys.filter(Boolean).join(', ')} }\n`;
  }
  const lifted = liftDocuments(Object.entries(documents).map(([name, document]) => ({ name, document })));
  const parsed: GatewayConfig = parseGatewayConfig(yaml, 'gateway.yaml', { env });
  const targets = createTargets(parsed.services);
  open.push(() => closeTargets(targets));
  const log = testLog();
  const served = new Map(lifted.map(({ name, document }) => [name, document]));
  const { authentication } = parsed;
  const security =
    authentication &&
    new GatewaySecurity({ config: { ...parsed, authentication }, documents: served, verifiers });
  const limits =
    parsed.rateLimits &&
    (await createRateLimits({ config: parsed.rateLimits, storeUrl: parsed.cache.url, logger: log.logger }));
  if (limits) open.push(() => limits.release());
  const app = createGateway({
    config: parsed,
    documents: served,
    security,
    rateLimits: limits?.steps,
    targets,
    log,
    ...options,
  });
  const handle: RequestListener = (req, res) => {
    onArrival?.();
    app(req, res);
  };
  const hasWebSockets = parsed.services.some(({ webSocket }) => webSocket !== undefined);
  const listening = await listen(handle, {
    port: 0,
    host: '127.0.0.1',
    limits: () => parsed.limits,
    upgrades: (req) => hasWebSockets && asksForWebSocket(req),
  });
  open.push(() => listening.close(0));
  return { ...listening, services, log };
};
