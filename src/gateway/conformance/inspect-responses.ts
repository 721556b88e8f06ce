/**
 * Checks responses of services against their documents, before anything is added to them.
 *
 * `observe` forwards every response and checks copies of some after they are sent. `enforce` reads each response before
 * it is forwarded, and sends 502 contract-broken for one that does not match. Responses that are too large, cut by
 * `fields`, partial or in an unknown encoding are forwarded and counted as unverified.
 */
import type { Logger } from 'pino';
import { truncatedBody } from '../../outbound/call/to-problem.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import type { GatewayOperation } from '../operation.ts';
import { retryAcrossSlices } from '../validation/schema/time-slice.ts';
import type { ConformanceStats, InspectedService, OperationStats } from './conformance-stats.ts';
import { DeferredQueue } from './deferred-queue.ts';
import { createReporter } from './report.ts';
import type { ResponseFault } from './response-fault.ts';
import { contractBrokenProblem } from './response-fault.ts';
import type { ValidatedRequest } from './response-validator.ts';
import { ResponseValidator } from './response-validator.ts';
import { Sampler } from './sampler.ts';

export interface InspectOptions {
  readonly services: readonly InspectedService[];
  /** Maximum bytes of a body to check. */
  readonly limit: number;
  readonly stats: ConformanceStats;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Runs before anything else reads the body. The caller must await a returned promise.
 * @throws Problem contract-broken (502), or bad-gateway (502) for an incomplete response
 */
export type Inspect = (
  response: UpstreamResponse,
  operation: GatewayOperation,
  method: string,
  path: string,
) => Promise<void> | undefined;

/** Maximum copies at the same time. Together with `limit`, this bounds the memory that observing uses. */
const MAX_COPIES = 16;

export function inspectResponses({ services, limit, stats, logger }: InspectOptions): Inspect {
  const report = createReporter(logger);
  const queue = new DeferredQueue(MAX_COPIES);
  const byName = new Map(services.map((service) => [service.name, service]));
  const samplers = new Map<
    GatewayOperation,
    { readonly operationStats: OperationStats; readonly sampler: Sampler }
  >();

  const stateOf = (operation: GatewayOperation) => {
    const { service, operationId } = operation;
    const state = samplers.get(operation) ?? {
      operationStats: stats.operation(service, operationId),
      sampler: new Sampler(byName.get(service)?.sample ?? 0),
    };
    samplers.set(operation, state);
    return state;
  };

  const recordFaults = (
    { service, operationId }: GatewayOperation,
    faults: readonly ResponseFault[] | undefined,
  ): void => {
    const operationStats = stats.operation(service, operationId);
    if (faults === undefined) operationStats.addUnverified();
    else for (const fault of operationStats.addChecked(faults)) report(service, operationId, fault);
  };

  const bytesOf = ({ lacksContentType }: ResponseValidator): number => (lacksContentType ? 0 : limit);

  /** @param bytes reads the body; undefined if it is too large */
  const validate = async (validator: ResponseValidator, bytes: () => Promise<Buffer | undefined>) => {
    const faults = await retryAcrossSlices(() => validator.validateHead());
    if (faults.length > 0) return faults;
    if (validator.isPartial) return undefined;
    if (!validator.needsBody) return faults;
    return validator.validateBody(await bytes(), limit);
  };

  const observe = (
    response: UpstreamResponse,
    operation: GatewayOperation,
    validator: ResponseValidator,
  ): void => {
    if (!queue.reserve()) {
      recordFaults(operation, undefined);
      return;
    }
    const enqueue = (bytes: Buffer | undefined): void =>
      queue.add(async () => {
        try {
          recordFaults(operation, await validate(validator, async () => bytes));
        } catch (error) {
          // An internal error is not a fault of the service, and the response is already sent.
          logger.warn(
            { err: error, operationId: operation.operationId },
            'a response could not be validated',
          );
          recordFaults(operation, undefined);
        }
      });
    if (validator.needsBody) response.copy(bytesOf(validator), enqueue);
    else enqueue(undefined);
  };

  const enforce = async (
    response: UpstreamResponse,
    operation: GatewayOperation,
    validator: ResponseValidator,
  ) => {
    const faults = await validate(validator, () => readBody(response, bytesOf(validator)));
    recordFaults(operation, faults);
    if (faults === undefined || faults.length === 0) return;
    response.discard();
    response.onInvalid?.();
    throw contractBrokenProblem(operation.service, faults);
  };

  return (response, operation, method, path) => {
    if (operation.responses === undefined) return undefined;
    const request: ValidatedRequest = { method, path };
    if (byName.get(operation.service)?.responses === 'enforce')
      return enforce(response, operation, new ResponseValidator(operation.responses, response, request));
    if (stateOf(operation).sampler.isDue())
      observe(response, operation, new ResponseValidator(operation.responses, response, request));
    return undefined;
  };
}

async function readBody(response: UpstreamResponse, limit: number): Promise<Buffer | undefined> {
  try {
    return await response.peek(limit);
  } catch (cause) {
    throw truncatedBody(cause);
  }
}
