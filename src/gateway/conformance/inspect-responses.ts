/**
 * Holds what services answer against their documents, before anything is added to it.
 *
 * `observe` lets every answer stream on, and looks at a copy of some once they are sent. `enforce` reads each before
 * it goes on, and sends 502 contract-broken for one that differs. What is too large, cut by `fields`, a part, or
 * encoded in a way that is not known goes on unverified, and is counted as that.
 */
import type { Logger } from 'pino';
import { brokenOff } from '../../outbound/call/to-problem.ts';
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';
import type { GatewayOperation } from '../operation.ts';
import { overTurns } from '../validation/schema/turn.ts';
import type { ConformanceStats, InspectedService, OperationStats } from './conformance-stats.ts';
import { DeferredQueue } from './deferred-queue.ts';
import { createReporter } from './report.ts';
import { contractBrokenProblem, type ResponseFault } from './response-fault.ts';
import { ResponseValidator, type ValidatedRequest } from './response-validator.ts';
import { Sampler } from './sampler.ts';

export interface InspectOptions {
  readonly services: readonly InspectedService[];
  /** Most bytes of a body that is checked. */
  readonly limit: number;
  readonly stats: ConformanceStats;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Comes before whoever takes the body of an answer, and may have to be waited for.
 * @throws Problem contract-broken (502), or bad-gateway (502) for one that breaks off
 */
export type Inspect = (
  answer: UpstreamAnswer,
  operation: GatewayOperation,
  method: string,
  path: string,
) => Promise<void> | undefined;

/** Copies that are held at once: with `limit` they bound what observing may take of the memory. */
const MAX_COPIES = 16;

export function inspectResponses({ services, limit, stats, logger }: InspectOptions): Inspect {
  const report = createReporter(logger);
  const queue = new DeferredQueue(MAX_COPIES);
  const byName = new Map(services.map((service) => [service.name, service]));
  const samplers = new Map<
    GatewayOperation,
    { readonly record: OperationStats; readonly sampler: Sampler }
  >();

  const stateOf = (operation: GatewayOperation) => {
    const { service, operationId } = operation;
    const state = samplers.get(operation) ?? {
      record: stats.operation(service, operationId),
      sampler: new Sampler(byName.get(service)?.sample ?? 0),
    };
    samplers.set(operation, state);
    return state;
  };

  const record = (
    { service, operationId }: GatewayOperation,
    faults: readonly ResponseFault[] | undefined,
  ): void => {
    const record = stats.operation(service, operationId);
    if (faults === undefined) record.addUnverified();
    else for (const fault of record.addChecked(faults)) report(service, operationId, fault);
  };

  const bytesOf = ({ lacksContentType: isUnnamed }: ResponseValidator): number => (isUnnamed ? 0 : limit);

  /** @param bytes of the body, where it is read and could be had */
  const validate = async (judge: ResponseValidator, bytes: () => Promise<Buffer | undefined>) => {
    const faults = await overTurns(() => judge.validateHead());
    if (faults.length > 0) return faults;
    if (judge.isPartial) return undefined;
    if (!judge.needsBody) return faults;
    return judge.validateBody(await bytes(), limit);
  };

  const observe = (answer: UpstreamAnswer, operation: GatewayOperation, judge: ResponseValidator): void => {
    if (!queue.reserve()) {
      record(operation, undefined);
      return;
    }
    const look = (bytes: Buffer | undefined): void =>
      queue.add(async () => {
        try {
          record(operation, await validate(judge, async () => bytes));
        } catch (error) {
          // A fault of ours is none of the service's, and the answer is out.
          logger.warn({ err: error, operationId: operation.operationId }, 'an answer could not be checked');
          record(operation, undefined);
        }
      });
    if (judge.needsBody) answer.copy(bytesOf(judge), look);
    else look(undefined);
  };

  const enforce = async (answer: UpstreamAnswer, operation: GatewayOperation, judge: ResponseValidator) => {
    const faults = await validate(judge, () => readBody(answer, bytesOf(judge)));
    record(operation, faults);
    if (faults === undefined || faults.length === 0) return;
    answer.discard();
    answer.onRefused?.();
    throw contractBrokenProblem(operation.service, faults);
  };

  return (answer, operation, method, path) => {
    if (operation.responses === undefined) return undefined;
    const request: ValidatedRequest = { method, path };
    if (byName.get(operation.service)?.responses === 'enforce')
      return enforce(answer, operation, new ResponseValidator(operation.responses, answer, request));
    if (stateOf(operation).sampler.isDue())
      observe(answer, operation, new ResponseValidator(operation.responses, answer, request));
    return undefined;
  };
}

async function readBody(answer: UpstreamAnswer, limit: number): Promise<Buffer | undefined> {
  try {
    return await answer.peek(limit);
  } catch (cause) {
    throw brokenOff(cause);
  }
}
