/** The pipeline of the gateway, in order. Each step may end a request; the last one handles errors. */
import type { RequestListener } from 'node:http';
import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { GatewayConfig } from '../config/yaml/gateway-yaml.ts';
import { type AccessRecord, accessLog } from '../http/access-log.ts';
import { Compression } from '../http/body/compression.ts';
import { HeldBodies } from '../http/body/held-bodies.ts';
import { securityHeaders } from '../http/headers/security-headers.ts';
import { strictTransportSecurity } from '../http/headers/strict-transport-security.ts';
import { identify } from '../http/identify.ts';
import { problemHandler } from '../http/problems/problem-handler.ts';
import { clientOf } from '../http/server/client-address.ts';
import { pipeline, presentSteps } from '../http/server/pipeline.ts';
import { trustProxy } from '../http/server/trust-proxy.ts';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import type { Log } from '../observability/log.ts';
import { type Incremental, runToCompletion } from '../openapi/incremental.ts';
import { basePathOf } from '../openapi/load/base-path.ts';
import type { DocumentFault } from '../openapi/load/document-fault.ts';
import { Cache } from '../outbound/http-cache/cache.ts';
import type { Targets } from '../outbound/targets.ts';
import type { SignIn } from '../security/sign-in/sign-in.ts';
import { compileServices } from './compile-services.ts';
import { createCompositions, type FindComposition } from './composition/composition.ts';
import { ConformanceStats } from './conformance/conformance-stats.ts';
import { inspectResponses } from './conformance/inspect-responses.ts';
import { GatewayCors } from './cors/gateway-cors.ts';
import { preflight } from './cors/preflight.ts';
import type { LoadedStep } from './extension/load-steps.ts';
import { checkStepOperations, extensionSteps } from './extension/run-steps.ts';
import type { GatewayOperation } from './operation.ts';
import { responseHeaders, SOFTWARE_HEADERS } from './proxy/headers.ts';
import { createInternalDispatch } from './proxy/internal-request.ts';
import { createResponseSender } from './proxy/send-upstream-response.ts';
import { createUpstreams, identifyCallers } from './proxy/upstreams.ts';
import { publicPaths } from './routing/public-paths.ts';
import { createRouter } from './routing/router.ts';
import { createUnavailableServices } from './routing/unavailable-services.ts';
import { credentialExpiry, endWithCredentials } from './security/credential-expiry.ts';
import type { GatewaySecurity } from './security/gateway-security.ts';
import { GatewayOffers } from './security/offers.ts';
import { RefusalStatistics } from './security/refusal-statistics.ts';
import { signInLinks } from './security/sign-in-link.ts';
import { createAddressSteps } from './steps/addresses.ts';
import { authenticate } from './steps/authenticate.ts';
import { browserSession } from './steps/browser-session.ts';
import { builtinPages } from './steps/builtin-pages.ts';
import { compose } from './steps/compose.ts';
import { corsHeaders } from './steps/cors-headers.ts';
import { crossSite } from './steps/cross-site.ts';
import { forward } from './steps/forward.ts';
import { guardPages } from './steps/guard-pages.ts';
import { asPipelineStep, type OperationStep } from './steps/operation-step.ts';
import { pageOffers } from './steps/page-offers.ts';
import type { RateLimits } from './steps/rate-limit.ts';
import { restorePlainTags } from './steps/restore-plain-tags.ts';
import { route } from './steps/route.ts';
import { upgrade } from './steps/upgrade.ts';
import { validate } from './steps/validate.ts';
import { webSocketHandshake } from './steps/web-socket-handshake.ts';
import { joinConnections } from './web-socket/join.ts';
import { WebSockets } from './web-socket/web-sockets.ts';

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
    | 'authentication'
    | 'cors'
    | 'addresses'
  >;
  /** The document of each service, by name. The paths of a service without one respond with 503. */
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
  /** The graph of these documents, if it has been computed already. */
  readonly graph?: LinkGraph;
  readonly targets: Targets;
  /** Holds the responses of services that have a cache. */
  readonly cache?: Cache;
  /** Bounds the memory of request bodies. */
  readonly heldBodies?: HeldBodies;
  /** Counts the responses that are checked against their contract. */
  readonly conformanceStats?: ConformanceStats;
  /** Knows who may call what; without it, credentials are not checked. */
  readonly security?: GatewaySecurity | undefined;
  /** Lets people sign in with a browser. */
  readonly signIn?: SignIn | undefined;
  /** Counts requests that are refused for their credentials. */
  readonly refusalStatistics?: RefusalStatistics;
  /** Counts WebSocket connections. */
  readonly webSockets?: WebSockets;
  readonly log: Pick<Log, 'logger' | 'lines'>;
  /** The steps of `gateway.yaml`. */
  readonly extensions?: readonly LoadedStep[];
  /** Additional steps for each request to an operation, including internal requests for embedded resources. */
  readonly operationSteps?: readonly OperationStep[];
  /** Limits how often clients may send requests. */
  readonly rateLimits?: RateLimits | undefined;
  /** Serves the reserved paths. */
  readonly pages?: Router;
  /** Called when a request has ended, for metrics. */
  readonly onRequest?: (record: AccessRecord) => void;
  /** Called with the name of a service for every link omitted from its responses because no route serves it. */
  readonly onDroppedLink?: (service: string) => void;
  /** Called with the name of a service for every fault in its document. */
  readonly onFault?: (service: string, fault: DocumentFault) => void;
}

export const createGateway = (options: GatewayOptions): RequestListener =>
  runToCompletion(createInSteps(options));

/** The same in steps, so that large documents do not block the event loop. */
export function* createInSteps({
  config,
  documents,
  graph: existingGraph,
  targets,
  cache = new Cache(),
  heldBodies = new HeldBodies(),
  conformanceStats = new ConformanceStats(),
  security,
  signIn,
  refusalStatistics = new RefusalStatistics(),
  webSockets = new WebSockets(),
  log,
  extensions = [],
  operationSteps = [],
  rateLimits,
  pages,
  onRequest,
  onDroppedLink,
  onFault,
}: GatewayOptions): Incremental<RequestListener> {
  const services = config.services.map((service) => ({
    ...service,
    base: service.base ?? basePathOf(documents.get(service.name) ?? {}),
  }));
  const operations = yield* compileServices({ services, documents, limits: config.limits, onFault });
  const router = createRouter(operations);
  const unavailable = services.map(({ name }) => name).filter((name) => !documents.has(name));
  const rates = rateLimits?.({ operations, unavailable });
  checkStepOperations(extensions, operations, unavailable);
  const graph =
    existingGraph ?? (yield* LinkGraph.of([...documents].map(([name, document]) => ({ name, document }))));
  yield;
  const ownPaths = publicPaths(router, pages);
  const unavailableServices = createUnavailableServices(services.filter(({ name }) => !documents.has(name)));
  const compositionOf = createCompositions({
    operations,
    documents,
    graph,
    router,
    services,
    onDroppedLink,
    isServedElsewhere: (path) => ownPaths.isOwn(path) || unavailableServices.mayOwn(path),
  });
  const { limits, allowedHosts, hsts, hideSoftware } = config;
  const cors = config.cors && new GatewayCors({ cors: config.cors, services, documents });
  const compression = new Compression(config.compression);
  const isTrustedProxy = trustProxy(config);
  const ownHeaders = securityHeaders();
  const headersOf = responseHeaders(ownHeaders, hideSoftware ? SOFTWARE_HEADERS : []);
  const accessLines = config.accessLog ? log.lines : undefined;

  security?.compile(operations);
  // The client of each service, with its cache in front.
  const cached = createUpstreams({ config, documents, targets, cache, logger: log.logger });
  const upstreams = identifyCallers(cached, security?.identity);
  // Checks each response against the contract before anything is added: counts it or replaces it with 502.
  const inspect = inspectResponses({
    services,
    limit: limits.responses,
    stats: conformanceStats,
    logger: log.logger,
  });
  // Decides which links and actions are offered to a caller.
  const offers = security && GatewayOffers.of({ operations, graph, securityOf: security.of });
  const extension = extensionSteps(extensions, log.logger);
  const afterSteps = extension.after;
  const addressSteps = createAddressSteps({ config, services, router });
  // The settings of services that have WebSocket.
  const webSocketSettings = new Map(
    services.flatMap(({ name, webSocket }) => (webSocket ? [[name, webSocket] as const] : [])),
  );
  const hasWebSockets = webSocketSettings.size > 0;
  // Decides whether a request to an operation continues, for clients and for internal requests alike.
  const steps = presentSteps([
    // Rejects changes by pages of other sites with 403, unless CORS allows them.
    crossSite({ services, trustProxy: isTrustedProxy, allowedHosts, cors }),
    addressSteps?.parts,
    // Rejects invalid WebSocket handshakes, and those from pages of other sites, with 400, 403 or 426.
    hasWebSockets && webSocketHandshake({ services, trustProxy: isTrustedProxy, allowedHosts, cors }),
    // Rejects requests without the credentials that the document requires with 401, 403 or 503.
    security &&
      authenticate({
        security,
        needsCaller: offers && offersLinks(compositionOf),
        statistics: refusalStatistics,
        logger: log.logger,
      }),
    ...operationSteps,
    // Refuses requests above a limit with 429. It knows the caller, so it comes after authentication.
    rates?.operation,
    // Runs the steps of gateway.yaml.
    extension.before,
    // Rejects requests that do not match the contract with 400, 413 or 415, and bodies without memory for them with 503.
    validate({ limits, heldBodies }),
  ]);
  // Sends internal requests for embedded resources.
  const dispatch = createInternalDispatch({
    router,
    steps,
    upstreams,
    unavailableServices,
    inspect,
    afterSteps,
  });

  // Services whose responses the gateway compresses.
  const compressed = new Set(services.filter(({ isCompressed }) => isCompressed).map(({ name }) => name));
  const expiresAt = credentialExpiry(security?.of);
  const sendResponse = createResponseSender(compressed);
  // Responses do not outlast the credentials of their request.
  const sendUpstreamResponse = security ? endWithCredentials(sendResponse, expiresAt) : sendResponse;
  const forwarding = { trustProxy: isTrustedProxy, headersOf, inspect, sendUpstreamResponse, afterSteps };
  const forwardRequest = forward({ ...forwarding, upstreams });

  return pipeline(
    presentSteps([
      // Assigns a request id, a trace context and a client.
      identify({ trustsDeadline: isTrustedProxy, compression, clientOf: clientOf(config) }),
      // Writes an access log line and a metric when the request has ended.
      accessLog({ lines: accessLines, onRequest }),
      // Tells browsers to use HTTPS only.
      hsts && strictTransportSecurity(hsts),
      // Adds CORS headers to all responses of the following steps.
      cors && corsHeaders(cors),
      // Rejects clients by their address with 403.
      addressSteps?.requests,
      // Responds to CORS preflights.
      cors && preflight({ cors, router, securityHeaders: ownHeaders }),
      // Turns the session of a browser into credentials.
      signIn && browserSession({ signIn, trustProxy: isTrustedProxy }),
      // Adds the fields about rate limits to responses, and counts requests for pages of the gateway.
      rates?.fields,
      // Asks for credentials for the pages of the gateway itself.
      security && config.authentication?.pages && guardPages(security.guard(config.authentication.pages)),
      // Serves the pages of the gateway itself.
      pages && security && offers && pageOffers(security.authenticator, offers),
      pages && builtinPages(pages, isTrustedProxy),
      // Finds the operation: 404, 405, or 503 while the document is not available.
      route({
        router,
        unavailableServices,
        securityHeaders: ownHeaders,
        preflight: forwardRequest,
        countUnrouted: rates?.unrouted,
      }),
      // Runs the operation steps from above.
      ...steps.map(asPipelineStep),
      // Restores the entity tags that the service knows.
      compressed.size > 0 && restorePlainTags(compressed),
      // Switches connections to WebSocket.
      hasWebSockets &&
        upgrade({
          settings: webSocketSettings,
          limits: limits.webSockets,
          webSockets,
          forward: forward({
            ...forwarding,
            // Not the cache: a connection belongs to one client.
            upstreams: identifyCallers(targets, security?.identity),
            upgrade: 'websocket',
            inspect: (response, ...rest) => (response.connection ? undefined : inspect(response, ...rest)),
            sendUpstreamResponse: joinConnections({
              settings: webSocketSettings,
              webSockets,
              expiresAt,
              sendUpstreamResponse,
            }),
          }),
        }),
      // Adds links to responses without them, and embeds resources of other services.
      compose({
        compositionOf,
        dispatch,
        upstreams,
        limits,
        trustProxy: isTrustedProxy,
        headersOf,
        inspect,
        sendUpstreamResponse,
        offers,
        afterSteps,
      }),
      // Forwards the request to the service and the response to the client.
      forwardRequest,
    ]),
    // Sends errors as application/problem+json or as a page.
    problemHandler({
      logger: log.logger,
      headers: ownHeaders,
      paths: ownPaths,
      linksOf:
        security &&
        config.authentication &&
        signInLinks({ config: config.authentication, security, paths: ownPaths }),
      isGateway: true,
    }),
  );
}

/** Whether the gateway adds links to the responses of an operation, or embeds resources in them. */
const offersLinks =
  (compositionOf: FindComposition) =>
  (operation: GatewayOperation): boolean => {
    const { lifting, graphOperation } = compositionOf(operation) ?? {};
    return lifting !== undefined || graphOperation?.expands === true;
  };
