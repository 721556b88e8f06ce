/** Logs when a circuit opens. It does not name the client that opened it; the access log may. */
import type { Logger } from 'pino';

export interface OpenedCircuit {
  readonly service: string;
  /** Undefined for the circuit of all connections. */
  readonly operationId: string | undefined;
  /** Undefined where the service has one instance only. */
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
        ? 'a circuit opened for one client, as all failed calls were its own'
        : 'a circuit opened for all clients',
    );
