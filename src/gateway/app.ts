/** THE MAP: what the gateway does with a request, in order. Every step can end it; errors go to the last one. */
import type { RequestListener } from 'node:http';
import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { GatewayConfig } from '../config/gateway-yaml.ts';
import { type AccessRecord, accessLog } from '../http/access-log.ts';
import { clientOf } from '../http/client-address.ts';
import { Compression } from '../http/compression.ts';
import { identify } from '../http/identify.ts';
import { inOrder } from '../http/in-order.ts';
import type { Log } from '../http/log.ts';
import { problemHandler } from '../http/problem-handler.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { strictTransportSecurity } from '../http/strict-transport-security.ts';
import { trustProxy } from '../http/trust-proxy.ts';
import { LinkGraph } from '../hypermedia/graph.ts';
import { atOnce, type Steps } from '../hypermedia/steps.ts';
import { Cache } from '../outbound/cache/cache.ts';
import type { Targets } from '../outbound/targets.ts';
import { callersOf } from './callers.ts';
import { compose } from './compose/compose.ts';
import { compositions } from './compose/composition.ts';
import { crossSite } from './cross-site.ts';
import { basePathOf } from './document/base-path.ts';
import type { DocumentFault } from './document/fault.ts';
import { forward } from './forward.ts';
import { responseHeaders, SOFTWARE_HEADERS } from './headers.ts';
import { mountOf } from './mount.ts';
import { compileInSteps, type GatewayOperation } from './operation.ts';
import { checkOperationPolicies } from './operation-policies.ts';
import { ownPages } from './own-pages.ts';
import { passOnOf, restorePlainTags } from './pass-on.ts';
import { publicPaths } from './public-paths.ts';
import { inspectAnswers } from './responses/inspect.ts';
import { ResponseLedger } from './responses/ledger.ts';
import { route } from './route.ts';
import { createRouter } from './router.ts';
import { createSend } from './send.ts';
import { unserved } from './unserved.ts';
import { validate } from './validate.ts';

export interface GatewayOptions {
  readonly config: Pick<
    GatewayConfig,
    | 'services'
    | 'limits'
    | 'cache'
    | 'compression'
    | 'hideSoftware'
    | 'accessLog'
    | 'trustProxy'
    | 'trustedProxies'
    | 'allowedHosts'
    | 'hsts'
  >;
  /** The document of each service, by name; without one its paths are answered with 503. */
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  /** Of these documents, where it is there already. */
  readonly graph?: LinkGraph;
  readonly targets: Targets;
  /** Where answers are kept, for services that have a cache. */
  readonly cache?: Cache;
  /** Where answers that are held against their contract are counted. */
  readonly ledger?: ResponseLedger;
  readonly log: Pick<Log, 'logger' | 'lines'>;
  /** Answers the reserved paths. */
  readonly pages?: Router;
  /** The metrics hook. */
  readonly onRequest?: (record: AccessRecord) => void;
  /** Called with a service's name for every link of its answers that is left out, since no route serves it. */
  readonly onDroppedLink?: (service: string) => void;
  /** Called with a service's name for what is wrong in its document. */
  readonly onFault?: (service: string, fault: DocumentFault) => void;
}

export const createGateway = (options: GatewayOptions): RequestListener => atOnce(createInSteps(options));

/** The same in steps, for large documents. */
export function* createInSteps({
  config,
  documents,
  graph: given,
  targets,
  cache = new Cache(),
  ledger = new ResponseLedger(),
  log,
  pages,
  onRequest,
  onDroppedLink,
  onFault,
}: GatewayOptions): Steps<RequestListener> {
  const services = config.services.map((service) => ({
    ...service,
    base: service.base ?? basePathOf(documents.get(service.name) ?? {}),
  }));
  const operations: GatewayOperation[] = [];
  for (const { name, unknownQuery, unknownBody, responses, operations: policies, ...place } of services) {
    const document = documents.get(name);
    if (!document) continue;
    const compiled = yield* compileInSteps({
      service: name,
      document,
      unknownQuery,
      unknownBody,
      json: config.limits,
      mount: mountOf(place),
      holdsResponses: responses !== 'off',
      inTurns: true,
      onFault: (fault) => onFault?.(name, fault),
    });
    checkOperationPolicies(
      { name, operations: policies },
      compiled.map(({ operationId }) => operationId),
    );
    for (const one of compiled) operations.push(one);
  }
  const router = createRouter(operations);
  const graph =
    given ?? (yield* LinkGraph.of([...documents].map(([name, document]) => ({ name, document }))));
  yield;
  const paths = publicPaths(router, pages);
  const unservedPaths = unserved(services.filter(({ name }) => !documents.has(name)));
  const compositionOf = compositions({
    ...{ operations, documents, graph, router, services, onDroppedLink },
    isElsewhere: (path) => paths.isOwn(path) || unservedPaths.mayBe(path),
  });
  const { limits, allowedHosts, hsts, hideSoftware } = config;
  const compression = new Compression(config.compression);
  const trusts = trustProxy(config);
  const security = securityHeaders();
  const headersOf = responseHeaders(security, hideSoftware ? SOFTWARE_HEADERS : []);
  const lines = config.accessLog ? log.lines : undefined;

  // Each service, and before it what is kept of its answers.
  const callers = callersOf({ config, documents, targets, cache, logger: log.logger });
  // Each answer of a service, before anything is added to it: as the contract says, or counted, or 502.
  const inspect = inspectAnswers({ services, limit: limits.responses, ledger, logger: log.logger });
  // Requests of the gateway's own, for the parts of an answer.
  const send = createSend(router, callers, unservedPaths, inspect);

  // Services whose responses are compressed on their way to clients.
  const compressed = new Set(services.filter(({ isCompressed }) => isCompressed).map(({ name }) => name));
  const passOn = passOnOf(compressed);
  const pass = forward({ callers, trustProxy: trusts, headersOf, inspect, passOn });

  return inOrder(
    [
      // An id, a place in a trace, and whose it is.
      identify({ heedsDeadline: trusts, compression, clientOf: clientOf(config) }),
      // A line and a measurement when it is over.
      accessLog({ lines, onRequest }),
      // Tells browsers to come back by HTTPS alone.
      ...(hsts ? [strictTransportSecurity(hsts)] : []),
      // What the gateway answers itself.
      ...(pages ? [ownPages(pages, trusts)] : []),
      // Whose operation it is: 404, 405, or 503 where nobody can say.
      route({ router, unserved: unservedPaths, securityHeaders: security, preflight: pass }),
      // Not from a page of another site, or 403.
      crossSite({ services, trustProxy: trusts, allowedHosts }),
      // As the contract says, or 400, 413, 415.
      validate(limits.body),
      // With the tags that the service knows.
      ...(compressed.size > 0 ? [restorePlainTags(compressed)] : []),
      // With links where its service has none, and with what they lead to at other services.
      compose({ compositionOf, send, callers, limits, trustProxy: trusts, headersOf, inspect, passOn }),
      // To the service and back.
      pass,
    ],
    // Whatever went wrong, as application/problem+json, or as a page.
    problemHandler({ logger: log.logger, headers: security, paths, isGateway: true }),
  );
}
