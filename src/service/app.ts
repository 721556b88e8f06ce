/**
 * Creates the Express app of a service from contract and handlers: the pipeline in the order of a request.
 *
 *     identify → log → caller → same site → entry → route → authorize → body
 *         → operation (negotiate, parse, handle, represent, expand, send)
 *     any error → problem
 */
import express, { type Express } from 'express';
import { defaultLimits, type Limits } from '../config/limits.ts';
import type { Contract } from '../contract/contract.ts';
import { contractDocument } from '../contract/document/document.ts';
import { bodyTypes, type Handler, type Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { notImplemented } from '../contract/problems.ts';
import { accessLog } from '../http/access-log.ts';
import { HeldBodies } from '../http/body/held-bodies.ts';
import { withCallerContext } from '../http/caller-context.ts';
import type { HealthOptions } from '../http/health.ts';
import { identify } from '../http/identify.ts';
import { problemHandler } from '../http/problems/problem-handler.ts';
import { sameSiteOrGateway } from '../http/same-site.ts';
import { type AffordanceTable, checkAffordances } from '../hypermedia/affordances/affordance.ts';
import { describeAvailability } from '../hypermedia/affordances/transitions.ts';
import { formats } from '../hypermedia/formats/index.ts';
import { LinkGraph } from '../hypermedia/graph/link-graph.ts';
import { Representer } from '../hypermedia/represent.ts';
import type { Log } from '../observability/log.ts';
import type { IdempotencyKeys } from '../storage/idempotency-keys.ts';
import { readBody, rejectBody } from './body.ts';
import { deprecation } from './deprecation.ts';
import { entryRouter } from './entry.ts';
import { createExpansion, type GetJson } from './expansion.ts';
import { Idempotency } from './idempotency/idempotency.ts';
import { operationRoute } from './operation-route.ts';
import { OperationRunner } from './operation-runner.ts';
import { routeOperations, routesOf } from './route.ts';
import { authorize, identifyCaller } from './security/caller.ts';
import type { Identity } from './security/identity.ts';
import { Permissions } from './security/permissions.ts';
import { servicePathLookup } from './service-paths.ts';

export interface ServiceOptions {
  readonly contract: Contract;
  /** By operation id. */
  readonly handlers: Readonly<Record<string, Handler<Operation> | undefined>>;
  /** The actions that each state allows. */
  readonly affordances?: readonly AffordanceTable[];
  /** Contracts of the services that links lead to. */
  readonly linked?: readonly Contract[];
  readonly getJson: GetJson;
  /** Stores the responses of requests with an idempotency key. */
  readonly keys: Pick<IdempotencyKeys, 'find' | 'keep'>;
  /** How the service learns who calls; without it, it does not know, and everyone may do everything. */
  readonly identity?: Identity | undefined;
  readonly log: Pick<Log, 'logger' | 'lines'>;
  readonly health?: Pick<HealthOptions, 'isDraining' | 'checks'>;
  readonly limits?: Limits;
  /** Bounds the memory of request bodies. */
  readonly heldBodies?: HeldBodies;
}

/** @throws Error when an action of the contract has no row in an affordance table, or a link has no target */
export function createService(options: ServiceOptions): Express {
  const {
    contract,
    handlers,
    affordances = [],
    linked = [],
    getJson,
    keys,
    identity,
    log,
    health = { isDraining: () => false, checks: () => ({}) },
    limits = defaultLimits,
    heldBodies = new HeldBodies(),
  } = options;
  const document = contractDocument(describeAvailability(contract, affordances), formats);
  const documents = [
    { name: contract.service, document },
    ...linked.map((other) => ({ name: other.service, document: contractDocument(other, formats) })),
  ];
  const graph = new LinkGraph(documents);
  const represent = new Representer(affordances);
  const idempotency = new Idempotency(keys);
  const routes = routesOf(contract);
  checkAffordances(graph.shapesOf(contract.service), affordances);
  const runners = new Map<string, OperationRunner>();
  for (const operation of contract.operations) {
    const node = graph.operation(contract.service, operation.operationId);
    if (node === undefined) throw new Error(`${operation.operationId} is missing in its own document`);
    const handler = handlers[operation.operationId] ?? notImplementedHandler(operation);
    runners.set(
      operation.operationId,
      new OperationRunner({ operation, contract, node, handler, graph, represent, idempotency, limits }),
    );
  }
  const expand = createExpansion(contract.service, runners, getJson, limits.expand);

  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', false)
    .enable('strict routing')
    .enable('case sensitive routing');
  app.use(identify({ echo: true, trustsDeadline: true }));
  app.use(accessLog({ lines: log.lines }));
  if (identity)
    app.use(identifyCaller(identity, new Permissions(contract.service, documents, graph), log.logger));
  app.use(withCallerContext(identity?.write));
  app.use(sameSiteOrGateway);
  app.use(entryRouter(contract, document, health, graph));
  const steps = [...runners.values()].map((runner) => {
    const { operation, node } = runner;
    const { body, deprecated } = operation;
    const parsers = body === undefined ? [rejectBody] : [readBody(bodyTypes(body), limits, heldBodies)];
    const guards = identity ? [authorize(node)] : [];
    return [
      operation,
      [...deprecation(deprecated), ...guards, ...parsers, operationRoute(runner, expand)],
    ] as const;
  });
  app.use(routeOperations(routes, new Map(steps)));
  app.use(problemHandler({ logger: log.logger, paths: servicePathLookup(contract, routes) }));
  return app;
}

const notImplementedHandler =
  ({ operationId }: Operation): Handler<Operation> =>
  async () => {
    throw new Problem(notImplemented, `${operationId} has no handler yet.`);
  };
