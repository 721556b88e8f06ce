/**
 * One gateway, made of a configuration and documents that stay as they are. What changes makes the next one, aside;
 * the requests that this one has begun it also ends.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { configErrorOf } from '../../config/config-error.ts';
import type { GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { HostRules } from '../../http/server/allowed-hosts.ts';
import { trustProxy } from '../../http/server/trust-proxy.ts';
import { Watchers } from '../../http/sse-broadcaster.ts';
import { linkGraphIncrementally } from '../../hypermedia/graph/link-graph.ts';
import type { Log } from '../../observability/log.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { securedOperations, securityWarning } from '../../openapi/security.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { logOpened } from '../../outbound/resilience/opened.ts';
import {
  closeTargets,
  holdTargets,
  renewTargets,
  type TargetOptions,
  type Targets,
} from '../../outbound/targets.ts';
import { adminPages } from '../admin/pages.ts';
import { createInSteps } from '../app.ts';
import { liftInSteps } from '../documents/mark-lifted.ts';
import { startMocks } from '../mock/start.ts';
import { createPages } from '../portal/pages.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';
import { Faults } from './faults.ts';
import type { Contract } from './service-document.ts';
import type { State } from './state.ts';

export interface GenerationOptions {
  readonly config: GatewayConfig;
  readonly contracts: readonly Contract[];
  readonly log: Log;
  readonly state: State;
  /** The one before: services that are called as before keep their connections and their breaker. */
  readonly previous?: Generation | undefined;
}

interface Parts {
  readonly services: readonly ServiceDocument[];
  readonly targets: Targets;
  readonly faults: Faults;
  /** By service, the operations that declare security. */
  readonly secured: ReadonlyMap<string, readonly string[]>;
  readonly app: RequestListener;
  /** What those who run the gateway see of it. */
  readonly admin: RequestHandler;
  readonly snapshot: () => readonly ServiceSnapshot[];
  readonly watchers: Watchers;
  close(): Promise<void>;
}

export class Generation {
  readonly config: GatewayConfig;
  readonly contracts: readonly Contract[];
  readonly services: readonly ServiceDocument[];
  readonly hostRules: HostRules;
  readonly #parts: Parts;
  readonly #state: State;
  #inFlight = 0;
  #onIdle: (() => void) | undefined;

  /** @throws ConfigError when the documents do not fit together */
  static async make(options: GenerationOptions): Promise<Generation> {
    const previous = options.previous ? options.previous.#parts : undefined;
    try {
      return new Generation(options, await partsOf(options, previous));
    } catch (error) {
      throw configErrorOf(error, 'the documents cannot be served');
    }
  }

  private constructor({ config, contracts, state }: GenerationOptions, parts: Parts) {
    this.#state = state;
    this.config = config;
    this.contracts = contracts;
    this.hostRules = { allowed: config.allowedHosts, trusts: trustProxy(config) };
    this.services = parts.services;
    this.#parts = parts;
  }

  get admin(): RequestHandler {
    return this.#parts.admin;
  }

  /** How the services are now. */
  snapshot(): readonly ServiceSnapshot[] {
    return this.#parts.snapshot();
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    this.#inFlight += 1;
    this.#state.inFlight += 1;
    // Comes once by itself.
    res.on('close', () => {
      this.#inFlight -= 1;
      this.#state.inFlight -= 1;
      if (this.#inFlight === 0) this.#onIdle?.();
    });
    this.#parts.app(req, res);
  }

  /** Frees what it has, as soon as every request that it began has ended. */
  async retire(): Promise<void> {
    this.#parts.watchers.end();
    if (this.#inFlight > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    await this.#parts.close();
  }
}

async function partsOf(
  { config, contracts, log, state }: GenerationOptions,
  previous: Parts | undefined,
): Promise<Parts> {
  const lifted = liftInSteps(
    contracts.flatMap(({ service: { name }, document }) => (document ? [{ name, document }] : [])),
  );
  const services = await runInSlices(lifted);
  const graph = await runInSlices(linkGraphIncrementally(services));
  const mocks = await startMocks(config.services, services, (service, fault) =>
    faults.addServed(service, fault),
  );
  const placed = { ...config, services: mocks.services };
  const { targets, added } = targetsOf(placed.services, previous?.targets, log.logger);
  const faults = new Faults(config.services, log, previous?.faults);
  const onFault = (service: string, fault: DocumentFault) => faults.addServed(service, fault);
  const secured = securedIn(services, log, previous?.secured);
  const { ledger, cache } = state;
  const driftOf = (name: string) => {
    const service = placed.services.find((one) => one.name === name);
    return { drift: service && ledger.of(service) };
  };
  const isCached = (name: string) => config.services.some((one) => one.name === name && one.cache);
  const snapshot = (): ServiceSnapshot[] =>
    [...targets.values()].map((target) => ({
      ...target.snapshot(),
      dependencies: target.dependencies.filter(({ name }) => name !== target.name && targets.has(name)),
      droppedLinks: state.droppedLinks(target.name),
      faults: faults.of(target.name),
      unenforcedSecurity: secured.get(target.name),
      refused: state.refusedContracts.get(target.name),
      hasContract: services.some(({ name }) => name === target.name),
      ...driftOf(target.name),
      ...(isCached(target.name) && { cache: cache.snapshot(target.name) }),
    }));
  const isDraining = () => state.isDraining;
  const turn = () => [...targets.values()].map(({ states }) => states).join();
  const watchers = new Watchers({ turn, isOver: isDraining, log: log.logger });
  const live = { history: state.history, watchers };
  const told = { services, snapshot, refused: () => state.refused, isDraining, live };
  const hidesStatus = config.admin.status;
  const pages = createPages({ ...told, status: snapshot, hidesStatus });
  try {
    const documents = new Map(services.map(({ name, document }) => [name, document]));
    const onDroppedLink = (service: string) => state.dropLink(service);
    const steps = createInSteps({
      ...{ config: placed, documents, graph, targets, cache, ledger, log, pages, onDroppedLink, onFault },
      onRequest: (record) => state.onRequest?.(record),
    });
    const app = await runInSlices(steps);
    for (const { service, faults: left } of contracts)
      for (const fault of left) faults.add(service.name, fault);
    // Found for people, not for requests, which need not wait for it.
    setImmediate(async () => {
      try {
        for (const { name, document } of services) await faults.look(name, document);
      } catch (err) {
        log.logger.error({ err }, 'the documents could not be looked through');
      }
    });
    const release = holdTargets(targets);
    const close = async () => {
      await release();
      await mocks.close();
    };
    const admin = adminPages({ ...told, targets, log });
    return { services, targets, faults, secured, app, admin, snapshot, watchers, close };
  } catch (error) {
    await closeTargets(added);
    await mocks.close();
    throw error;
  }
}

/** Tells once a service that what its document declares is not enforced. */
function securedIn(
  services: readonly ServiceDocument[],
  log: Pick<Log, 'logger'>,
  before: Parts['secured'] = new Map(),
): Parts['secured'] {
  const secured = new Map(services.map(({ name, document }) => [name, securedOperations(document)]));
  for (const [service, operations] of secured)
    if (operations.length > 0 && !isDeepStrictEqual(operations, before.get(service)))
      log.logger.warn({ service }, securityWarning(operations));
  return secured;
}

/** Apart from the closures of a generation, each of which would keep the one before, and so all that ever were. */
function targetsOf(
  services: readonly TargetOptions[],
  previous: Targets | undefined,
  logger: Pick<Logger, 'warn'>,
) {
  const targets = renewTargets(services, previous, { onOpen: logOpened(logger) });
  const added = new Map([...targets].filter(([name, one]) => previous?.get(name) !== one));
  return { targets, added };
}
