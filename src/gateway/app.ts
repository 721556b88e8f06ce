/** THE MAP: what the gateway does with a request, in order. Every step can end it; errors go to the last one. */
import type { RequestListener } from 'node:http';
import type { Router } from 'express';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { GatewayConfig } from '../config/gateway-yaml.ts';
import { type AccessRecord, accessLog } from '../http/access-log.ts';
import { identify } from '../http/identify.ts';
import { inOrder } from '../http/in-order.ts';
import type { Log } from '../http/log.ts';
import { problemHandler } from '../http/problem-handler.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { strictTransportSecurity } from '../http/strict-transport-security.ts';
import { trustProxy } from '../http/trust-proxy.ts';
import { LinkGraph } from '../hypermedia/graph.ts';
import { Cache } from '../outbound/cache/cache.ts';
import type { Targets } from '../outbound/targets.ts';
import { callersOf } from './callers.ts';
import { compose } from './compose/compose.ts';
import { compositions } from './compose/composition.ts';
import { crossSite } from './cross-site.ts';
import { basePathOf } from './document/base-path.ts';
import type { DocumentFault } from './document/fault.ts';
import { forward } from './forward.ts';
import { responseHeaders } from './headers.ts';
import { mountOf } from './mount.ts';
import { compileOperations } from './operation.ts';
import { checkOperationPolicies } from './operation-policies.ts';
import { ownPages } from './own-pages.ts';
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
    'services' | 'limits' | 'cache' | 'accessLog' | 'trustProxy' | 'trustedProxies' | 'allowedHosts' | 'hsts'
  >;
  /** The document of each service, by name; without one its paths are answered with 503. */
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
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

export function createGateway({
  config,
  documents,
  targets,
  cache = new Cache(),
  ledger = new ResponseLedger(),
  log,
  pages,
  onRequest,
  onDroppedLink,
  onFault,
}: GatewayOptions): RequestListener {
  const services = config.services.map((service) => ({
    ...service,
    base: service.base ?? basePathOf(documents.get(service.name) ?? {}),
  }));
  const operations = services.flatMap(({ name, unknownQuery, responses, operations: policies, ...place }) => {
    const document = documents.get(name);
    if (!document) return [];
    const compiled = compileOperations({
      service: name,
      document,
      unknownQuery,
      mount: mountOf(place),
      holdsResponses: responses !== 'off',
      onFault: (fault) => onFault?.(name, fault),
    });
    checkOperationPolicies(
      { name, operations: policies },
      compiled.map(({ operationId }) => operationId),
    );
    return compiled;
  });
  const router = createRouter(operations);
  const graph = new LinkGraph([...documents].map(([name, document]) => ({ name, document })));
  const paths = publicPaths(router, pages);
  const unservedPaths = unserved(services.filter(({ name }) => !documents.has(name)));
  const compositionOf = compositions({
    ...{ operations, documents, graph, router, services, onDroppedLink },
    isElsewhere: (path) => paths.isOwn(path) || unservedPaths.mayBe(path),
  });
  const { limits, allowedHosts, hsts } = config;
  const trusts = trustProxy(config);
  const security = securityHeaders();
  const headersOf = responseHeaders(security);
  const lines = config.accessLog ? log.lines : undefined;

  // Each service, and before it what is kept of its answers.
  const callers = callersOf({ config, documents, targets, cache, logger: log.logger });
  // Each answer of a service, before anything is added to it: as the contract says, or counted, or 502.
  const inspect = inspectAnswers({ services, limit: limits.responses, ledger, logger: log.logger });
  // Requests of the gateway's own, for the parts of an answer.
  const send = createSend(router, callers, unservedPaths, inspect);

  const pass = forward({ callers, trustProxy: trusts, headersOf, inspect });

  return inOrder(
    [
      // An id, and a place in a trace.
      identify({ heedsDeadline: trusts }),
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
      // With links where its service has none, and with what they lead to at other services.
      compose({ compositionOf, send, callers, limits, trustProxy: trusts, headersOf, inspect }),
      // To the service and back.
      pass,
    ],
    // Whatever went wrong, as application/problem+json, or as a page.
    problemHandler({ logger: log.logger, headers: security, paths, isGateway: true }),
  );
}
