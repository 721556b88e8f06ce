/**
 * THE MAP of a service: contract + handlers → an Express app, the pipeline in request order.
 *
 *     identify → log → same site → entry → route → body → answer (negotiate, parse, handle, represent, expand, send)
 *                                 any error → problem
 */
import express, { type Express } from 'express';
import { defaultLimits, type Limits } from '../config/limits.ts';
import type { Contract } from '../contract/contract.ts';
import { contractDocument } from '../contract/document/document.ts';
import { bodyTypes, type Handler, type Operation } from '../contract/operation.ts';
import { Problem } from '../contract/problem.ts';
import { notImplemented } from '../contract/problems.ts';
import { accessLog } from '../http/access-log.ts';
import { asCaller } from '../http/caller-context.ts';
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
import { answer } from './answer.ts';
import { noBody, readBody } from './body.ts';
import { deprecation } from './deprecation.ts';
import { entry } from './entry.ts';
import { expansion, type GetJson } from './expansion.ts';
import { Idempotency } from './idempotency/idempotency.ts';
import { OperationRunner } from './operation-runner.ts';
import { route, routesOf } from './route.ts';
import { servicePaths } from './service-paths.ts';

export interface ServiceOptions {
  readonly contract: Contract;
  /** By operation id. */
  readonly handlers: Readonly<Record<string, Handler<Operation> | undefined>>;
  /** Which actions a state allows. */
  readonly affordances?: readonly AffordanceTable[];
  /** Contracts of the services that links lead to. */
  readonly linked?: readonly Contract[];
  readonly getJson: GetJson;
  /** Where answers are kept for requests that come again. */
  readonly keys: Pick<IdempotencyKeys, 'find' | 'keep'>;
  readonly log: Pick<Log, 'logger' | 'lines'>;
  readonly health?: Pick<HealthOptions, 'isDraining' | 'checks'>;
  readonly limits?: Limits;
}

/**
 * @throws Error when an action of the contract has no row in an affordance table, or a link leads nowhere
 */
export function createService(options: ServiceOptions): Express {
  const {
    contract,
    handlers,
    affordances = [],
    linked = [],
    getJson,
    keys,
    log,
    health = { isDraining: () => false, checks: () => ({}) },
    limits = defaultLimits,
  } = options;
  const document = contractDocument(describeAvailability(contract, affordances), formats);
  const graph = new LinkGraph([
    { name: contract.service, document },
    ...linked.map((other) => ({ name: other.service, document: contractDocument(other, formats) })),
  ]);
  const represent = new Representer(affordances);
  const idempotency = new Idempotency(keys);
  const routes = routesOf(contract);
  checkAffordances(graph.shapesOf(contract.service), affordances);
  const runners = new Map<string, OperationRunner>();
  for (const operation of contract.operations) {
    const node = graph.operation(contract.service, operation.operationId);
    if (node === undefined) throw new Error(`${operation.operationId} is not in its own document`);
    const handler = handlers[operation.operationId] ?? notWritten(operation);
    runners.set(
      operation.operationId,
      new OperationRunner({ operation, node, handler, graph, represent, idempotency, limits }),
    );
  }
  const expand = expansion(contract.service, runners, getJson, limits.expand);

  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', false)
    .enable('strict routing')
    .enable('case sensitive routing');
  app.use(identify({ echo: true, heedsDeadline: true }));
  app.use(accessLog({ lines: log.lines }));
  app.use(asCaller());
  app.use(sameSiteOrGateway);
  app.use(entry(contract, document, health));
  const steps = [...runners.values()].map((runner) => {
    const { operation } = runner;
    const { body, deprecated } = operation;
    const parsers = body === undefined ? [noBody] : [readBody(bodyTypes(body), limits)];
    return [operation, [...deprecation(deprecated), ...parsers, answer(runner, expand)]] as const;
  });
  app.use(route(routes, new Map(steps)));
  app.use(problemHandler({ logger: log.logger, paths: servicePaths(contract, routes) }));
  return app;
}

const notWritten =
  ({ operationId }: Operation): Handler<Operation> =>
  async () => {
    throw new Problem(notImplemented, `${operationId} has no handler yet.`);
  };
