/** THE MAP: what the gateway does with a request, in order. Every step can end it; errors go to the last one. */
import type { RequestListener } from 'node:http';
import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { GatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { type AccessRecord, accessLog } from '../http/access-log.ts';
import { Compression } from '../http/body/compression.ts';
import { securityHeaders } from '../http/headers/security-headers.ts';
import { strictTransportSecurity } from '../http/headers/strict-transport-security.ts';
import { identify } from '../http/identify.ts';
import { problemHandler } from '../http/problems/problem-handler.ts';
import { clientOf } from '../http/server/client-address.ts';
import { inOrder } from '../http/server/pipeline.ts';
import { trustProxy } from '../http/server/trust-proxy.ts';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { Log } from '../observability/log.ts';
import { type Incremental, runToCompletion } from '../openapi/incremental.ts';
import { basePathOf } from '../openapi/load/base-path.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import { Cache } from '../outbound/http-cache/cache.ts';
import type { Targets } from '../outbound/targets.ts';
import { compositions } from './composition/composition.ts';
import { ResponseLedger } from './conformance/conformance-stats.ts';
import { inspectAnswers } from './conformance/inspect-responses.ts';
import { compileInSteps, type GatewayOperation } from './operation.ts';
import { checkOperationPolicies } from './operation-policies.ts';
import { responseHeaders, SOFTWARE_HEADERS } from './proxy/headers.ts';
import { createSend } from './proxy/internal-request.ts';
import { passOnOf } from './proxy/send-upstream-response.ts';
import { callersOf } from './proxy/upstreams.ts';
import { mountOf } from './routing/path-mapping.ts';
import { publicPaths } from './routing/public-paths.ts';
import { createRouter } from './routing/router.ts';
import { unserved } from './routing/unavailable-services.ts';
import { ownPages } from './steps/builtin-pages.ts';
import { compose } from './steps/compose.ts';
import { crossSite } from './steps/cross-site.ts';
import { forward } from './steps/forward.ts';
import { forClients, type OperationStep } from './steps/operation-step.ts';
import { restorePlainTags } from './steps/restore-plain-tags.ts';
import { route } from './steps/route.ts';
import { validate } from './steps/validate.ts';

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
  /** Steps of one's own: each request to an operation goes through them, parts of an expansion too. */
  readonly operationSteps?: readonly OperationStep[];
  /** Answers the reserved paths. */
  readonly pages?: Router;
  /** The metrics hook. */
  readonly onRequest?: (record: AccessRecord) => void;
  /** Called with a service's name for every link of its answers that is left out, since no route serves it. */
  readonly onDroppedLink?: (service: string) => void;
  /** Called with a service's name for what is wrong in its document. */
  readonly onFault?: (service: string, fault: DocumentFault) => void;
}

export const createGateway = (options: GatewayOptions): RequestListener =>
  runToCompletion(createInSteps(options));

/** The same in steps, for large documents. */
export function* createInSteps({
  config,
  documents,
  graph: given,
  targets,
  cache = new Cache(),
  ledger = new ResponseLedger(),
  log,
  operationSteps = [],
  pages,
  onRequest,
  onDroppedLink,
  onFault,
}: GatewayOptions): Incremental<RequestListener> {
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
  // Whether a request to an operation may go on: the same for clients and for the parts of a response.
  const steps = [
    // Not from a page of another site, or 403.
    crossSite({ services, trustProxy: trusts, allowedHosts }),
    ...operationSteps,
    // As the contract says, or 400, 413, 415.
    validate(limits.body),
  ];
  // Requests of the gateway's own, for the parts of a response.
  const send = createSend({ router, steps, callers, unserved: unservedPaths, inspect });

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
      // Whether it may go on: see above.
      ...steps.map(forClients),
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
