/**
 * Starts the admin listener on its own port: `/metrics` and the admin pages of the current instance. This module is
 * loaded only if the listener is configured. Its configuration is read once, at start.
 */
import express, { type RequestHandler } from 'express';
import { Problem } from '../../contract/problem.ts';
import { notFound } from '../../contract/problems.ts';
import { LIVE_PATH, READY_PATH } from '../../contract/shared-paths.ts';
import { contextOf } from '../../http/context.ts';
import { identify } from '../../http/identify.ts';
import { problemHandler } from '../../http/problems/problem-handler.ts';
import { hostGuard } from '../../http/server/allowed-hosts.ts';
import { type Listening, listen } from '../../http/server/listen.ts';
import type { Log } from '../../observability/log.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { ReloadableGateway } from '../reload/reloadable-gateway.ts';

export interface AdminOptions {
  readonly port: number;
  readonly host: string;
  readonly log: Pick<Log, 'logger'>;
}

export async function startAdmin(
  gateway: ReloadableGateway,
  { port, host, log }: AdminOptions,
): Promise<Listening> {
  const { state } = gateway;
  const metrics = new Metrics({
    inFlight: () => state.inFlight,
    services: () => gateway.instance.snapshot(),
    rateLimits: () => gateway.instance.rateLimits(),
    tls: () => state.tls?.(),
  });
  state.onRequest = metrics.observe;
  const scrape: RequestHandler = async (_req, res) => {
    res.set({ 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).end(await metrics.text());
  };
  const app = express()
    .disable('x-powered-by')
    .use(identify({ echo: true }))
    .use(async (req, _res, next) => {
      // Probes of a platform have no credentials, and these paths show nothing else.
      if (req.path !== LIVE_PATH && req.path !== READY_PATH)
        await gateway.instance.guardAdmin(req, contextOf(req));
      next();
    })
    .get('/metrics', scrape)
    .use((req, res, next) => gateway.instance.admin(req, res, next))
    .use((req) => {
      throw new Problem(notFound, `The admin listener has nothing at ${req.path}.`);
    })
    .use(problemHandler({ logger: log.logger }));
  return listen(app, {
    port,
    host,
    names: { port: 'admin.port', host: 'admin.host' },
    limits: () => gateway.instance.config.limits,
    guard: hostGuard(host, () => gateway.instance.hostRules),
  });
}
