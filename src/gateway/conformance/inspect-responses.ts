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
import { retryAcrossSlices } from '../validation/schema/time-slice.ts';
import type { Inspected, OperationRecord, ResponseLedger } from './conformance-stats.ts';
import { Later } from './deferred-queue.ts';
import { reportTo } from './report.ts';
import { broken, type ResponseFault } from './response-fault.ts';
import { type Asked, Judge } from './response-validator.ts';
import { Sampler } from './sampler.ts';

export interface InspectOptions {
  readonly services: readonly Inspected[];
  /** Most bytes of a body that is checked. */
  readonly limit: number;
  readonly ledger: ResponseLedger;
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
const MOST_COPIES = 16;

export function inspectAnswers({ services, limit, ledger, logger }: InspectOptions): Inspect {
  const report = reportTo(logger);
  const later = new Later(MOST_COPIES);
  const byName = new Map(services.map((service) => [service.name, service]));
  const known = new Map<GatewayOperation, { readonly record: OperationRecord; readonly sampler: Sampler }>();

  const stateOf = (operation: GatewayOperation) => {
    const { service, operationId } = operation;
    const state = known.get(operation) ?? {
      record: ledger.record(service, operationId),
      sampler: new Sampler(byName.get(service)?.sample ?? 0),
    };
    known.set(operation, state);
    return state;
  };

  const conclude = (
    { service, operationId }: GatewayOperation,
    faults: readonly ResponseFault[] | undefined,
  ): void => {
    const record = ledger.record(service, operationId);
    if (faults === undefined) record.passUnverified();
    else for (const fault of record.check(faults)) report(service, operationId, fault);
  };

  const bytesOf = ({ isUnnamed }: Judge): number => (isUnnamed ? 0 : limit);

  /** @param bytes of the body, where it is read and could be had */
  const verdict = async (judge: Judge, bytes: () => Promise<Buffer | undefined>) => {
    const faults = await retryAcrossSlices(() => judge.head());
    if (faults.length > 0) return faults;
    if (judge.isPartial) return undefined;
    if (!judge.readsBody) return faults;
    return judge.body(await bytes(), limit);
  };

  const observe = (answer: UpstreamAnswer, operation: GatewayOperation, judge: Judge): void => {
    if (!later.take()) {
      conclude(operation, undefined);
      return;
    }
    const look = (bytes: Buffer | undefined): void =>
      later.add(async () => {
        try {
          conclude(operation, await verdict(judge, async () => bytes));
        } catch (error) {
          // A fault of ours is none of the service's, and the answer is out.
          logger.warn({ err: error, operationId: operation.operationId }, 'an answer could not be checked');
          conclude(operation, undefined);
        }
      });
    if (judge.readsBody) answer.copy(bytesOf(judge), look);
    else look(undefined);
  };

  const enforce = async (answer: UpstreamAnswer, operation: GatewayOperation, judge: Judge) => {
    const faults = await verdict(judge, () => read(answer, bytesOf(judge)));
    conclude(operation, faults);
    if (faults === undefined || faults.length === 0) return;
    answer.discard();
    answer.onRefused?.();
    throw broken(operation.service, faults);
  };

  return (answer, operation, method, path) => {
    if (operation.responses === undefined) return undefined;
    const asked: Asked = { method, path };
    if (byName.get(operation.service)?.responses === 'enforce')
      return enforce(answer, operation, new Judge(operation.responses, answer, asked));
    if (stateOf(operation).sampler.isDue())
      observe(answer, operation, new Judge(operation.responses, answer, asked));
    return undefined;
  };
}

async function read(answer: UpstreamAnswer, limit: number): Promise<Buffer | undefined> {
  try {
    return await answer.peek(limit);
  } catch (cause) {
    throw brokenOff(cause);
  }
}
