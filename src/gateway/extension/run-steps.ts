/** Runs the steps of `gateway.yaml` around an operation, with a time limit for each. Their errors stay inside. */
import type { Logger } from 'pino';
import { ConfigError } from '../../config/config-error.ts';
import { Problem } from '../../contract/problem.ts';
import { stepFailed } from '../../contract/problems.ts';
import { headersOf } from '../../http/headers/raw-headers.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import type { Exchange } from '../exchange.ts';
import type { GatewayOperation } from '../operation.ts';
import { unknownOperations } from '../rate-limits/applicable.ts';
import type { OperationStep } from '../steps/operation-step.ts';
import type { LoadedStep } from './load-steps.ts';
import { removeHeader, removeQuery, renameHeader, renameQuery, setHeader, setQuery } from './raw-changes.ts';
import type { StepRequest, StepResponse } from './step.ts';

/**
 * A step that would never run, because its operation is misspelled, could leave an operation open.
 * @param unavailable names of the services whose document is not available yet
 * @throws ConfigError for a step that names an unknown operation
 */
export function checkStepOperations(
  steps: readonly Pick<LoadedStep, 'config'>[],
  operations: readonly GatewayOperation[],
  unavailable: readonly string[],
): void {
  const faults = unknownOperations(
    steps.map(({ config }) => config),
    operations,
    (services) => unavailable.every((name) => services !== undefined && !services.includes(name)),
    ['steps'],
  );
  if (faults.length > 0)
    throw new ConfigError(faults.map(({ path, message }) => `${path.join('.')}: ${message}`));
}

export interface ExtensionSteps {
  /** Undefined where no step runs before operations. */
  readonly before: OperationStep | undefined;
  /** Undefined where no step runs after operations. */
  readonly after: AfterSteps | undefined;
}

/** Runs when the head of the response has arrived; the caller must await a returned promise. */
export type AfterSteps = (exchange: Exchange, response: UpstreamResponse) => Promise<void> | undefined;

export function extensionSteps(steps: readonly LoadedStep[], logger: Pick<Logger, 'error'>): ExtensionSteps {
  const before = steps.filter(({ step }) => step.before);
  const after = steps.filter(({ step }) => step.after);
  const appliesTo = stepsOfOperations();
  return {
    before:
      before.length === 0
        ? undefined
        : (exchange) => runBefore(appliesTo(before, exchange.operation), exchange, logger),
    after:
      after.length === 0
        ? undefined
        : (exchange, response) => {
            const own = appliesTo(after, exchange.operation);
            return own.length === 0 ? undefined : runAfter(own, exchange, response, logger);
          },
  };
}

/** Which steps an operation has is computed once. */
function stepsOfOperations() {
  const known = new WeakMap<readonly LoadedStep[], WeakMap<GatewayOperation, readonly LoadedStep[]>>();
  return (steps: readonly LoadedStep[], operation: GatewayOperation): readonly LoadedStep[] => {
    const byOperation = known.get(steps) ?? new WeakMap<GatewayOperation, readonly LoadedStep[]>();
    known.set(steps, byOperation);
    const own = byOperation.get(operation) ?? steps.filter((step) => isFor(step, operation));
    byOperation.set(operation, own);
    return own;
  };
}

const isFor = ({ config: { services, operations } }: LoadedStep, operation: GatewayOperation): boolean =>
  (services?.includes(operation.service) ?? true) && (operations?.includes(operation.operationId) ?? true);

function runBefore(
  steps: readonly LoadedStep[],
  exchange: Exchange,
  logger: Pick<Logger, 'error'>,
): void | Promise<void> {
  return inOrder(steps, (loaded) =>
    call(loaded, exchange, logger, (request) => loaded.step.before?.(request)),
  );
}

async function runAfter(
  steps: readonly LoadedStep[],
  exchange: Exchange,
  response: UpstreamResponse,
  logger: Pick<Logger, 'error'>,
): Promise<void> {
  try {
    await inOrder(steps, (loaded) =>
      call(loaded, exchange, logger, (request) => loaded.step.after?.(responseOf(response), request)),
    );
  } catch (error) {
    response.discard();
    throw error;
  }
}

/** Synchronous as long as the steps are. */
function inOrder(
  steps: readonly LoadedStep[],
  run: (step: LoadedStep) => void | Promise<void>,
  from = 0,
): void | Promise<void> {
  for (let index = from; index < steps.length; index++) {
    const running = run(steps[index] as LoadedStep);
    if (running) return running.then(() => inOrder(steps, run, index + 1));
  }
}

/** @throws Problem of the step, or step-failed (500) for any other error and for a step that takes too long */
function call(
  { name, timeout }: LoadedStep,
  exchange: Exchange,
  logger: Pick<Logger, 'error'>,
  run: (request: StepRequest) => void | Promise<void>,
): void | Promise<void> {
  const fail = (error: unknown): never => {
    if (error instanceof Problem) throw error;
    const { requestId } = exchange.context;
    logger.error({ err: error, step: name, requestId }, 'a step of gateway.yaml failed');
    throw new Problem(stepFailed, 'A step of the gateway failed.');
  };
  const late = new AbortController();
  let running: Promise<void>;
  try {
    const result = run(requestOf(exchange, late.signal));
    if (!isThenable(result)) return;
    running = Promise.resolve(result);
  } catch (error) {
    return fail(error);
  }
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late.abort();
      reject(new Error(`took longer than ${timeout} ms`));
    }, timeout);
  });
  return Promise.race([running, expired])
    .catch(fail)
    .finally(() => clearTimeout(timer));
}

/** Promises of other libraries too: a step that is not awaited would refuse nothing. */
const isThenable = (result: unknown): result is PromiseLike<void> =>
  typeof (result as PromiseLike<void> | null | undefined)?.then === 'function';

function requestOf(exchange: Exchange, signal: AbortSignal): StepRequest {
  const { operation, context, method, isInternal } = exchange;
  return {
    method,
    get target() {
      return exchange.target;
    },
    get headers() {
      return headersOf(exchange.serviceHeaders(exchange.rawHeaders));
    },
    operation,
    caller: context.caller,
    isPart: isInternal,
    requestId: context.requestId,
    signal,
    setHeader: (name, value) => exchange.changeHeaders((raw) => setHeader(raw, name, value)),
    removeHeader: (name) => exchange.changeHeaders((raw) => removeHeader(raw, name)),
    renameHeader: (from, to) => exchange.changeHeaders((raw) => renameHeader(raw, from, to)),
    setQuery: (name, value) => {
      exchange.target = setQuery(exchange.target, name, value);
    },
    removeQuery: (name) => {
      exchange.target = removeQuery(exchange.target, name);
    },
    renameQuery: (from, to) => {
      exchange.target = renameQuery(exchange.target, from, to);
    },
  };
}

const responseOf = (response: UpstreamResponse): StepResponse => ({
  status: response.status,
  get headers() {
    return headersOf(response.rawHeaders);
  },
  setHeader: (name, value) => response.changeHeaders((raw) => setHeader(raw, name, value)),
  removeHeader: (name) => response.changeHeaders((raw) => removeHeader(raw, name)),
  renameHeader: (from, to) => response.changeHeaders((raw) => renameHeader(raw, from, to)),
});
