/**
 * Refuses clients by their address with 403, before anything else is decided about their requests: operations, pages of
 * the gateway, preflights and unknown paths. A list of a service replaces the list of the gateway for its operations, and
 * applies to embedded resources too. Probes of `/health/live` and `/health/ready` are always allowed: they show nothing,
 * and come from addresses of the platform.
 */
import type { IncomingMessage } from 'node:http';
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { Problem } from '../../contract/problem.ts';
import { addressRefused } from '../../contract/problems.ts';
import { LIVE_PATH, READY_PATH } from '../../contract/shared-paths.ts';
import { AddressList, type AddressRules, addressCheck } from '../../http/server/address-list.ts';
import type { Step } from '../../http/server/pipeline.ts';
import type { TrustedProxies } from '../../http/server/trust-proxy.ts';
import { preflightedMethod } from '../cors/preflight.ts';
import type { OperationRouter } from '../routing/router.ts';
import type { OperationStep } from './operation-step.ts';

export interface AddressesOptions {
  readonly config: TrustedProxies & { readonly addresses?: AddressRules | undefined };
  readonly services: readonly Pick<ServiceConfig, 'name' | 'addresses'>[];
  readonly router: OperationRouter;
}

export interface AddressSteps {
  /** For requests of clients. */
  readonly requests: Step;
  /** For embedded resources; undefined where no service has a list of its own. */
  readonly parts: OperationStep | undefined;
}

const EVERYONE: AddressRules = { allow: [], deny: [] };
const PROBES: ReadonlySet<string> = new Set([LIVE_PATH, READY_PATH]);

const hasRules = ({ allow, deny }: AddressRules): boolean => allow.length + deny.length > 0;

/** @returns undefined where every address is allowed */
export function createAddressSteps({ config, services, router }: AddressesOptions): AddressSteps | undefined {
  const { addresses = EVERYONE } = config;
  const ownLists = new Map(
    services.flatMap(({ name, addresses: own }) => (own ? [[name, new AddressList(own)] as const] : [])),
  );
  if (!hasRules(addresses) && ownLists.size === 0) return undefined;
  const list = new AddressList(addresses);
  const isAllowed = addressCheck(config);
  const check = (req: IncomingMessage, applied: AddressList): void => {
    if (!isAllowed(req, applied))
      throw new Problem(addressRefused, 'Clients with this address may not send this request.');
  };
  return {
    requests: function addresses(req, _res, next) {
      if (!isProbe(req)) check(req, ownLists.get(serviceOf(req, router, ownLists.size > 0)) ?? list);
      next();
    },
    parts:
      ownLists.size === 0
        ? undefined
        : function addressesOfParts({ isInternal, client, operation }) {
            const own = isInternal ? ownLists.get(operation.service) : undefined;
            if (own) check(client, own);
          },
  };
}

const isProbe = ({ method, url = '' }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && PROBES.has(url.split('?', 1)[0] ?? '');

/** The service of the path, whichever operation the request is for; empty where it has none. */
function serviceOf(req: IncomingMessage, router: OperationRouter, isNeeded: boolean): string {
  if (!isNeeded) return '';
  const { method = '', url = '' } = req;
  // As in `route`: the method of a preflight counts only where no operation has the method OPTIONS.
  const preflightMethod = preflightedMethod(req);
  const found = router.find(method, url) ?? (preflightMethod && router.find(preflightMethod, url));
  if (found) return found.operation.service;
  const [first] = router.allowed(url);
  return (first && router.find(first, url)?.operation.service) || '';
}
