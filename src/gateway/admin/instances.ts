/**
 * `/status/services/{service}/instances/{instance}`: one instance, and `POST …/isolate`, `…/reset` on it.
 *
 * Reads `Accept` and the headers that identify pages of other sites. Sends 200, 403, 404, 405, 406, and 303 to the page
 * of the service for browsers. Never cached. Actions are logged.
 */
import type { Request, Response, Router } from 'express';
import { Problem } from '../../contract/problem.ts';
import { methodNotAllowed, notFound } from '../../contract/problems.ts';
import { contextOf } from '../../http/context.ts';
import { prefersHtml } from '../../http/headers/negotiate.ts';
import { cache, get, sendNegotiated } from '../../http/page/entity.ts';
import { sameSite } from '../../http/same-site.ts';
import type { Log } from '../../observability/log.ts';
import type { Targets } from '../../outbound/targets.ts';
import { SERVICES_PATH, servicePath } from '../portal/discovery/discovery.ts';
import { forPrograms } from '../portal/discovery/representations.ts';
import {
  INSTANCE_ACTIONS,
  INSTANCES,
  type InstanceAction,
  instancePath,
  instanceResource,
  isolationWarning,
} from '../portal/status/instances.ts';
import type { ServiceSnapshot } from '../portal/status/service-state.ts';

export interface InstancesOptions {
  readonly targets: Targets;
  readonly snapshot: () => readonly ServiceSnapshot[];
  readonly log: Pick<Log, 'logger'>;
}

const PATH = `${SERVICES_PATH}/:service/${INSTANCES}/:instance`;
const noStore = { 'Cache-Control': cache.never };

/** Who asked for an action, for the audit log. */
function operatorOf(req: Request) {
  const { caller, requestId } = contextOf(req);
  return {
    address: req.socket.remoteAddress,
    requestId,
    ...(caller && { subject: caller.subject, issuer: caller.issuer, client: caller.client }),
  };
}

export function instances(router: Router, { targets, snapshot, log }: InstancesOptions): void {
  const find = ({ params }: Request) => {
    const service = snapshot().find(({ name }) => name === params.service);
    const instance = service?.instances.find(({ id }) => id === params.instance);
    if (!service || !instance) throw new Problem(notFound, 'No service has an instance with this id.');
    return { service, instance };
  };
  /** Browsers are redirected to the page of the service, which shows the instance. */
  const sendInstance = (req: Request, res: Response) => {
    const { service, instance } = find(req);
    if (prefersHtml(req.headers.accept)) res.redirect(303, `${servicePath(service.name)}#${INSTANCES}`);
    else sendNegotiated(req, res, forPrograms(instanceResource(service, instance), noStore));
  };
  get(router, PATH, sendInstance);
  for (const action of Object.keys(INSTANCE_ACTIONS) as InstanceAction[])
    router
      .route(`${PATH}/${action}`)
      .post(sameSite, (req, res) => {
        const { service, instance } = find(req);
        targets
          .get(service.name)
          ?.instances.find(({ id }) => id === instance.id)
          ?.[action]();
        const after = find(req);
        const warning = isolationWarning(after.service);
        const event = { service: service.name, instance: instance.id, was: instance.state };
        log.logger.warn(
          { audit: true, action, ...operatorOf(req), ...event, is: after.instance.state, warning },
          `an operator requested to ${action} an instance`,
        );
        res.set('Content-Location', instancePath(service.name, instance.id));
        sendInstance(req, res);
      })
      .all((req) => {
        throw new Problem(methodNotAllowed, `${req.path} supports POST.`, {
          headers: { Allow: 'POST' },
        });
      });
}
