/**
 * A gateway with a fixed configuration and fixed documents. A change creates a new instance next to it; this one still
 * finishes the requests that it has started.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { toConfigError } from '../../config/config-error.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { HostRules } from '../../http/server/allowed-hosts.ts';
import { trustProxy } from '../../http/server/trust-proxy.ts';
import { SseBroadcaster } from '../../http/sse-broadcaster.ts';
import { linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import type { Log } from '../../observability/log.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { securedOperations, securityWarning } from '../../openapi/security.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { logOpenedCircuit } from '../../outbound/resilience/circuit-log.ts';
import {
  closeTargets,
  retainTargets,
  type TargetOptions,
  type Targets,
  updateTargets,
} from '../../outbound/targets.ts';
import type { UpstreamTls } from '../../outbound/upstream-tls.ts';
import { adminPages } from '../admin/pages.ts';
import { createInSteps } from '../app.ts';
import { liftInSteps } from '../documents/mark-lifted.ts';
import { startMocks } from '../mock/start.ts';
import { createPages } from '../portal/pages.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';
import { DocumentFaults } from './document-faults.ts';
import type { GatewayState } from './gateway-state.ts';
import type { LoadedDocument } from './load-document.ts';

export interface GatewayInstanceOptions {
  readonly config: GatewayConfig;
  readonly documents: readonly LoadedDocument[];
  /** Certificates for the services that have their own, by name. */
  readonly upstreamTls: ReadonlyMap<string, UpstreamTls>;
  readonly log: Log;
  readonly state: GatewayState;
  /** The previous instance. Services with unchanged settings keep their connections and circuit breakers. */
  readonly previous?: GatewayInstance | undefined;
}

interface InstanceParts {
  readonly services: readonly ServiceDocument[];
  readonly targets: Targets;
  readonly faults: DocumentFaults;
  /** Operations that declare security, by service. */
  readonly secured: ReadonlyMap<string, readonly string[]>;
  readonly app: RequestListener;
  /** Handler of the admin listener. */
  readonly admin: RequestHandler;
  readonly snapshot: () => readonly ServiceSnapshot[];
  readonly watchers: SseBroadcaster;
  close(): Promise<void>;
}

export class GatewayInstance {
  readonly config: GatewayConfig;
  readonly documents: readonly LoadedDocument[];
  readonly services: readonly ServiceDocument[];
  readonly hostRules: HostRules;
  readonly upstreamTls: ReadonlyMap<string, UpstreamTls>;
  readonly #parts: InstanceParts;
  readonly #state: GatewayState;
  #inFlight = 0;
  #onIdle: (() => void) | undefined;

  /** @throws ConfigError when the documents contradict each other */
  static async create(options: GatewayInstanceOptions): Promise<GatewayInstance> {
    const previous = options.previous ? options.previous.#parts : undefined;
    try {
      return new GatewayInstance(options, await createParts(options, previous));
    } catch (error) {
      throw toConfigError(error, 'the documents cannot be served');
    }
  }

  private constructor(
    { config, documents, upstreamTls, state }: GatewayInstanceOptions,
    parts: InstanceParts,
  ) {
    this.#state = state;
    this.config = config;
    this.documents = documents;
    this.upstreamTls = upstreamTls;
    this.hostRules = { allowed: config.allowedHosts, isTrustedProxy: trustProxy(config) };
    this.services = parts.services;
    this.#parts = parts;
  }

  get admin(): RequestHandler {
    return this.#parts.admin;
  }

  /** The current state of the services. */
  snapshot(): readonly ServiceSnapshot[] {
    return this.#parts.snapshot();
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    this.#inFlight += 1;
    this.#state.inFlight += 1;
    // Node.js emits `close` exactly once.
    res.on('close', () => {
      this.#inFlight -= 1;
      this.#state.inFlight -= 1;
      if (this.#inFlight === 0) this.#onIdle?.();
    });
    this.#parts.app(req, res);
  }

  /** Frees its resources when all of its requests have ended. */
  async retire(): Promise<void> {
    this.#parts.watchers.end();
    if (this.#inFlight > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await this.#parts.close();
  }
}

async function createParts(
  { config, documents: loadedDocuments, upstreamTls, log, state }: GatewayInstanceOptions,
  previous: InstanceParts | undefined,
): Promise<InstanceParts> {
  const lifted = liftInSteps(
    loadedDocuments.flatMap(({ service: { name }, document }) => (document ? [{ name, document }] : [])),
  );
  const services = await runInSlices(lifted);
  const graph = await runInSlices(linkGraphIncrementally(services));
  const mocks = await startMocks(config.services, services, (service, fault) =>
    faults.addServed(service, fault),
  );
  const resolvedConfig = { ...config, services: mocks.services };
  const { targets, added } = createTargets(
    resolvedConfig.services.map((service) => ({ ...service, tls: upstreamTls.get(service.name) })),
    previous?.targets,
    log.logger,
  );
  const faults = new DocumentFaults(config.services, log, previous?.faults);
  const onFault = (service: string, fault: DocumentFault) => faults.addServed(service, fault);
  const secured = findSecured(services, log, previous?.secured);
  const { conformanceStats, cache } = state;
  const driftOf = (name: string) => {
    const service = resolvedConfig.services.find((one) => one.name === name);
    return { drift: service && conformanceStats.of(service) };
  };
  const isCached = (name: string) => config.services.some((one) => one.name === name && one.cache);
  const snapshot = (): ServiceSnapshot[] =>
    [...targets.values()].map((target) => ({
      ...target.snapshot(),
      dependencies: target.dependencies.filter(({ name }) => name !== target.name && targets.has(name)),
      droppedLinks: state.droppedLinks(target.name),
      faults: faults.of(target.name),
      unenforcedSecurity: secured.get(target.name),
      refused: state.refusedDocuments.get(target.name),
      hasContract: services.some(({ name }) => name === target.name),
      ...driftOf(target.name),
      ...(isCached(target.name) && { cache: cache.snapshot(target.name) }),
    }));
  const isDraining = () => state.isDraining;
  const circuitStates = () => [...targets.values()].map(({ stateFingerprint: states }) => states).join();
  const watchers = new SseBroadcaster({ revision: circuitStates, isDraining, log: log.logger });
  const liveUpdates = { history: state.history, watchers };
  const pageOptions = {
    services,
    snapshot,
    refused: () => state.refused,
    tls: () => state.tls?.(),
    isDraining,
    live: liveUpdates,
  };
  const hidesStatus = config.admin.status;
  const pages = createPages({ ...pageOptions, status: snapshot, hidesStatus });
  try {
    const documents = new Map(services.map(({ name, document }) => [name, document]));
    const onDroppedLink = (service: string) => state.countDroppedLink(service);
    const steps = createInSteps({
      config: resolvedConfig,
      documents,
      graph,
      targets,
      cache,
      conformanceStats,
      log,
      pages,
      onDroppedLink,
      onFault,
      onRequest: (record) => state.onRequest?.(record),
    });
    const app = await runInSlices(steps);
    for (const { service, faults: dropped } of loadedDocuments)
      for (const fault of dropped) faults.add(service.name, fault);
    // The faults are shown to people only, so requests do not wait for the scan.
    setImmediate(async () => {
      try {
        for (const { name, document } of services) await faults.scan(name, document);
      } catch (err) {
        log.logger.error({ err }, 'the documents could not be checked for faults');
      }
    });
    const release = retainTargets(targets);
    const close = async () => {
      await release();
      await mocks.close();
    };
    const admin = adminPages({ ...pageOptions, targets, log });
    return { services, targets, faults, secured, app, admin, snapshot, watchers, close };
  } catch (error) {
    await closeTargets(added);
    await mocks.close();
    throw error;
  }
}

/** Warns once per service that declared security is not enforced. */
function findSecured(
  services: readonly ServiceDocument[],
  log: Pick<Log, 'logger'>,
  before: InstanceParts['secured'] = new Map(),
): InstanceParts['secured'] {
  const secured = new Map(services.map(({ name, document }) => [name, securedOperations(document)]));
  for (const [service, operations] of secured)
    if (operations.length > 0 && !isDeepStrictEqual(operations, before.get(service)))
      log.logger.warn({ service }, securityWarning(operations));
  return secured;
}

/** A separate function, because closures in `createParts` would keep all previous instances in memory. */
function createTargets(
  services: readonly TargetOptions[],
  previous: Targets | undefined,
  logger: Pick<Logger, 'warn'>,
) {
  const targets = updateTargets(services, previous, { onOpen: logOpenedCircuit(logger) });
  const added = new Map([...targets].filter(([name, one]) => previous?.get(name) !== one));
  return { targets, added };
}
