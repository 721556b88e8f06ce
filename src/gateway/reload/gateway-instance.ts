/**
 * A gateway with a fixed configuration and fixed documents. A change creates a new instance next to it; this one still
 * finishes the requests that it has started.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ConfigError, toConfigError } from '../../config/config-error.ts';
import { configWarnings } from '../../config/warnings.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { HostRules } from '../../http/server/allowed-hosts.ts';
import { trustProxy } from '../../http/server/trust-proxy.ts';
import { SseBroadcaster } from '../../http/sse-broadcaster.ts';
import { asksForWebSocket } from '../../http/web-socket/handshake.ts';
import { linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import type { Log } from '../../observability/log.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { securityWarning } from '../../openapi/security.ts';
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
import { SignIn } from '../../security/sign-in/sign-in.ts';
import type { HeldVerifiers } from '../../security/verifiers.ts';
import { adminPages } from '../admin/pages.ts';
import { createInSteps } from '../app.ts';
import { GatewayCors } from '../cors/gateway-cors.ts';
import { liftInSteps } from '../documents/mark-lifted.ts';
import type { LoadedStep } from '../extension/load-steps.ts';
import { startMocks } from '../mock/start.ts';
import { createPages } from '../portal/pages.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';
import { credentialPlaces } from '../proxy/credentials.ts';
import type { GatewayRateLimits } from '../rate-limits/create.ts';
import type { RateLimitsSnapshot } from '../rate-limits/rate-limiter.ts';
import { GatewaySecurity, type Guard } from '../security/gateway-security.ts';
import { schemeFaults } from '../security/scheme-faults.ts';
import type { SecurityFault } from '../security/security-faults.ts';
import { enforcementOf, unenforcedOperations } from '../security/unenforced-operations.ts';
import { DocumentFaults } from './document-faults.ts';
import type { GatewayState } from './gateway-state.ts';
import type { LoadedDocument } from './load-document.ts';
import {
  fileFaults,
  refusedOperations,
  schemeFaultsOf,
  securityWarnings,
  warnOfFaults,
} from './security-warnings.ts';

export interface GatewayInstanceOptions {
  readonly config: GatewayConfig;
  readonly documents: readonly LoadedDocument[];
  /** The steps of `gateway.yaml`. */
  readonly steps: readonly LoadedStep[];
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
  /** Operations whose security is not enforced, by service. */
  readonly secured: ReadonlyMap<string, readonly string[]>;
  /** Operations that refuse every request, by service. */
  readonly securityFaults: ReadonlyMap<string, SecurityFault>;
  readonly schemeFaults: () => ReadonlyMap<string, string>;
  readonly app: RequestListener;
  /** Handler of the admin listener. */
  readonly admin: RequestHandler;
  /** Decides about requests to the admin listener. */
  readonly guardAdmin: Guard;
  readonly snapshot: () => readonly ServiceSnapshot[];
  /** Undefined if no rate limits are configured. */
  readonly limits: GatewayRateLimits | undefined;
  readonly watchers: SseBroadcaster;
  close(): Promise<void>;
}

export class GatewayInstance {
  readonly config: GatewayConfig;
  readonly documents: readonly LoadedDocument[];
  readonly steps: readonly LoadedStep[];
  readonly services: readonly ServiceDocument[];
  readonly hostRules: HostRules;
  readonly #cors: GatewayCors | undefined;
  readonly #hasWebSockets: boolean;
  readonly upstreamTls: ReadonlyMap<string, UpstreamTls>;
  readonly #parts: InstanceParts;
  readonly #state: GatewayState;
  #inFlight = 0;
  #onIdle: (() => void) | undefined;

  /** @throws ConfigError when the documents contradict each other */
  static async create(options: GatewayInstanceOptions): Promise<GatewayInstance> {
    const previous = options.previous ? options.previous.#parts : undefined;
    const { config, state } = options;
    const verifiers = await state.verifiers.hold(config.authentication?.schemes ?? {});
    try {
      const parts = await createParts(options, verifiers, previous);
      logWarnings(options);
      return new GatewayInstance(options, parts);
    } catch (error) {
      await verifiers.release();
      throw toConfigError(error, 'the documents cannot be served');
    }
  }

  private constructor(
    { config, documents, steps, upstreamTls, state }: GatewayInstanceOptions,
    parts: InstanceParts,
  ) {
    this.#state = state;
    this.steps = steps;
    this.config = config;
    this.documents = documents;
    this.upstreamTls = upstreamTls;
    this.hostRules = { allowed: config.allowedHosts, isTrustedProxy: trustProxy(config) };
    this.#cors =
      config.cors && new GatewayCors({ cors: config.cors, services: config.services, documents: new Map() });
    this.#hasWebSockets = config.services.some(({ webSocket }) => webSocket !== undefined);
    this.services = parts.services;
    this.#parts = parts;
  }

  /** Whether a request may switch to another protocol, provided that its operation allows it. */
  upgrades(req: IncomingMessage): boolean {
    return this.#hasWebSockets && asksForWebSocket(req);
  }

  get admin(): RequestHandler {
    return this.#parts.admin;
  }

  get guardAdmin(): Guard {
    return this.#parts.guardAdmin;
  }

  /** What the operator should change about `authentication`, one line for each fault. */
  securityWarnings(): string[] {
    const { securityFaults, schemeFaults } = this.#parts;
    return securityWarnings(this.config, securityFaults, schemeFaults());
  }

  /** Faults of security schemes that the gateway reads from files. */
  schemeFaults(): [scheme: string, fault: string][] {
    return fileFaults(this.config, this.#parts.schemeFaults());
  }

  /** The current state of the services. */
  snapshot(): readonly ServiceSnapshot[] {
    return this.#parts.snapshot();
  }

  /** The current state of the rate limits; undefined if none are configured. */
  rateLimits(): RateLimitsSnapshot | undefined {
    return this.#parts.limits?.limiter.snapshot();
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

  /** Adds CORS headers to the response of a request that is refused before its operation is known. */
  prepareRefusal(req: IncomingMessage, res: ServerResponse): void {
    this.#cors?.apply(req, res);
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
  { config, documents: loadedDocuments, steps: extensions, upstreamTls, log, state }: GatewayInstanceOptions,
  verifiers: HeldVerifiers,
  previous: InstanceParts | undefined,
): Promise<InstanceParts> {
  const lifted = liftInSteps(
    loadedDocuments.flatMap(({ service: { name }, document }) => (document ? [{ name, document }] : [])),
  );
  const services = await runInSlices(lifted);
  const graph = await runInSlices(linkGraphIncrementally(services));
  const mocks = await startMocks(
    config.services,
    services,
    (service, fault) => faults.addServed(service, fault),
    (name) => enforcementOf(name, config) === 'on',
  );
  const resolvedConfig = { ...config, services: mocks.services };
  const { targets, added } = createTargets(
    withCredentialNames(resolvedConfig.services, services).map((service) => ({
      ...service,
      tls: upstreamTls.get(service.name),
    })),
    previous?.targets,
    log.logger,
  );
  const faults = new DocumentFaults(config.services, log, previous?.faults);
  const onFault = (service: string, fault: DocumentFault) => faults.addServed(service, fault);
  const secured = findSecured(services, config, log, previous?.secured);
  // Known when the operations are compiled.
  let securityFaults: ReadonlyMap<string, SecurityFault> = new Map();
  const { conformanceStats, refusalStatistics, webSockets, cache } = state;
  const driftOf = (name: string) => {
    const service = resolvedConfig.services.find((one) => one.name === name);
    return { drift: service && conformanceStats.of(service) };
  };
  const isCached = (name: string) => config.services.some((one) => one.name === name && one.cache);
  const hasWebSockets = (name: string) => config.services.some((one) => one.name === name && one.webSocket);
  const snapshot = (): ServiceSnapshot[] =>
    [...targets.values()].map((target) => ({
      ...target.snapshot(),
      dependencies: target.dependencies.filter(({ name }) => name !== target.name && targets.has(name)),
      droppedLinks: state.droppedLinks(target.name),
      faults: faults.of(target.name),
      unenforcedSecurity: secured.get(target.name),
      unverifiableSecurity: refusedOperations(securityFaults.get(target.name)),
      refusals: refusalStatistics.of(target.name),
      refused: state.refusedDocuments.get(target.name),
      hasContract: services.some(({ name }) => name === target.name),
      ...driftOf(target.name),
      ...(hasWebSockets(target.name) && { webSockets: webSockets.of(target.name) }),
      ...(isCached(target.name) && { cache: cache.snapshot(target.name) }),
    }));
  const isDraining = () => state.isDraining;
  const circuitStates = () => [...targets.values()].map(({ stateFingerprint: states }) => states).join();
  const watchers = new SseBroadcaster({ revision: circuitStates, isDraining, log: log.logger });
  const liveUpdates = { history: state.history, watchers };
  const hidesStatus = config.admin.status;
  const limits = await createLimits(config, previous?.limits, log.logger);
  const signIn = createSignIn(config, verifiers, state, log);
  try {
    const pageOptions = {
      services,
      snapshot,
      refused: () => state.refused,
      tls: () => state.tls?.(),
      schemes: () => schemeFaults(verifiers.byScheme),
      isDraining,
      live: liveUpdates,
      rateLimits: () => limits?.limiter.snapshot(),
    };
    const mergedServices = limits?.declare(services);
    const pages = createPages({
      ...pageOptions,
      status: snapshot,
      hidesStatus,
      mergedServices,
      signIn,
      docsSignIn: config.authentication?.docs,
    });
    const documents = new Map(services.map(({ name, document }) => [name, document]));
    const { authentication } = config;
    const security =
      authentication &&
      new GatewaySecurity({
        config: { ...config, authentication },
        documents,
        verifiers: verifiers.byScheme,
        attempts: state.attempts,
      });
    const onDroppedLink = (service: string) => state.countDroppedLink(service);
    const steps = createInSteps({
      config: resolvedConfig,
      documents,
      graph,
      targets,
      cache,
      heldBodies: state.heldBodies,
      conformanceStats,
      security,
      signIn,
      extensions,
      refusalStatistics,
      webSockets,
      log,
      rateLimits: limits?.steps,
      pages,
      onDroppedLink,
      onFault,
      onRequest: (record) => state.onRequest?.(record),
    });
    const app = await runInSlices(steps);
    securityFaults = security?.faults() ?? securityFaults;
    warnOfFaults(securityFaults, log, previous?.securityFaults);
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
      await signIn?.close();
      await verifiers.release();
      await mocks.close();
      await limits?.release();
    };
    const admin = adminPages({ ...pageOptions, targets, log });
    const guardAdmin = adminGuard(config, security);
    return {
      services,
      targets,
      faults,
      secured,
      securityFaults,
      schemeFaults: () => schemeFaultsOf(verifiers.byScheme),
      app,
      admin,
      guardAdmin,
      snapshot,
      limits,
      watchers,
      close,
    };
  } catch (error) {
    await closeTargets(added);
    await signIn?.close();
    await mocks.close();
    await limits?.release();
    throw error;
  }
}

function createSignIn(
  { authentication }: Pick<GatewayConfig, 'authentication'>,
  verifiers: HeldVerifiers,
  { environment: { folder } }: Pick<GatewayState, 'environment'>,
  { logger }: Pick<Log, 'logger'>,
): SignIn | undefined {
  const { browser: config, schemes = {} } = authentication ?? {};
  if (config === undefined) return undefined;
  const scheme = schemes[config.scheme];
  const verifier = verifiers.byScheme.get(config.scheme);
  const issuer = scheme !== undefined && 'issuer' in scheme ? scheme.issuer : undefined;
  if (verifier === undefined || issuer === undefined)
    throw new ConfigError(`authentication.browser: the scheme ${config.scheme} has no issuer`);
  return new SignIn({ config, issuer, verifier, folder, logger });
}

/** @throws ConfigError if the admin listener requires credentials that nothing verifies */
function adminGuard({ admin }: Pick<GatewayConfig, 'admin'>, security: GatewaySecurity | undefined): Guard {
  if (admin.authentication === undefined) return () => {};
  if (security === undefined) throw new ConfigError('admin.authentication requires authentication.schemes');
  return security.guard(admin.authentication);
}

/** Logs each warning once, and again only after it had been resolved. */
function logWarnings({ config, log, previous }: GatewayInstanceOptions): void {
  const known = new Set(previous && configWarnings(previous.config));
  for (const warning of configWarnings(config)) if (!known.has(warning)) log.logger.warn(warning);
}

/** Warns once per service that declared security is not enforced. */
function findSecured(
  services: readonly ServiceDocument[],
  config: GatewayConfig,
  log: Pick<Log, 'logger'>,
  before: InstanceParts['secured'] = new Map(),
): InstanceParts['secured'] {
  const secured = new Map(services.map((service) => [service.name, unenforcedOperations(service, config)]));
  for (const [service, operations] of secured)
    if (operations.length > 0 && !isDeepStrictEqual(operations, before.get(service)))
      log.logger.warn({ service }, securityWarning(operations));
  return secured;
}

/** Mirrors get no credentials, and only the documents say which parameters are some. */
const withCredentialNames = (
  targets: readonly TargetOptions[],
  services: readonly ServiceDocument[],
): readonly TargetOptions[] =>
  targets.map((target) => {
    const document = services.find(({ name }) => name === target.name)?.document;
    return target.mirror && document
      ? { ...target, mirror: { ...target.mirror, credentialNames: credentialPlaces(document) } }
      : target;
  });

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

/** Modules of rate limits are loaded only if they are configured. */
async function createLimits(
  { rateLimits, cache }: GatewayConfig,
  previous: GatewayRateLimits | undefined,
  logger: Pick<Logger, 'warn' | 'info'>,
): Promise<GatewayRateLimits | undefined> {
  if (rateLimits === undefined) return undefined;
  const { createRateLimits } = await import('../rate-limits/create.ts');
  return createRateLimits({ config: rateLimits, storeUrl: cache.url, previous: previous?.limiter, logger });
}
