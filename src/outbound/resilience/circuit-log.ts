/** Says in the log when a circuit opens, and for whom. Which client it was, the log of requests may know. */
import type { Logger } from 'pino';

/** A circuit that opened. */
export interface OpenedCircuit {
  readonly service: string;
  /** Whose circuit it is; undefined for that of all connections. */
  readonly operationId: string | undefined;
  /** Where there are several. */
  readonly instance: string | undefined;
  readonly isForOneClient: boolean;
}

export const logOpenedCircuit =
  (logger: Pick<Logger, 'warn'>) =>
  ({ service, operationId, instance, isForOneClient }: OpenedCircuit): void =>
    logger.warn(
      {
        service,
        ...(operationId !== undefined && { operationId }),
        ...(instance !== undefined && { instance }),
        clients: isForOneClient ? 'one' : 'all',
      },
      isForOneClient
        ? 'a circuit opened for one client, as no call of another failed'
        : 'a circuit opened for all clients',
    );
