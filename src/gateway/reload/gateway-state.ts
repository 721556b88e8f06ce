/** State that survives reloads: counters, and rejected changes. */
import type { RejectedConfig } from '../../config/rejected-config.ts';
import type { AccessRecord } from '../../http/access-log.ts';
import { HeldBodies } from '../../http/body/held-bodies.ts';
import type { TlsStatus } from '../../http/server/tls/server-certificate.ts';
import { Cache } from '../../outbound/http-cache/cache.ts';
import { PASSWORDS_PER_SECOND } from '../../security/authenticator.ts';
import { type VerifierEnvironment, verifierFactory } from '../../security/create-verifier.ts';
import { FailedAttempts } from '../../security/failed-attempts.ts';
import { Verifiers } from '../../security/verifiers.ts';
import { ConformanceStats } from '../conformance/conformance-stats.ts';
import { History } from '../portal/status/history.ts';
import { RefusalStatistics } from '../security/refusal-statistics.ts';
import { WebSockets } from '../web-socket/web-sockets.ts';

export class GatewayState {
  /** Whether the process is draining. */
  isDraining = false;
  /** Number of requests in flight. */
  inFlight = 0;
  /** Called when a request has ended, if metrics are collected. */
  onRequest: ((record: AccessRecord) => void) | undefined;
  /** The state of the certificate, if the gateway serves HTTPS. */
  tls: (() => TlsStatus) | undefined;
  /** Why the newest configuration or combination of documents is not in use. */
  refused: RejectedConfig | undefined;
  /** Why the newest document of a service is not in use. */
  refusedDocuments: ReadonlyMap<string, RejectedConfig> = new Map();
  /** Past state of the services. */
  readonly history = new History();
  /** Deviations of responses from their contracts. */
  readonly conformanceStats = new ConformanceStats();
  /** Verify the credentials of clients. */
  readonly verifiers: Verifiers;
  /** Clients whose credentials were not valid. */
  readonly attempts = {
    failedAttempts: new FailedAttempts(),
    failedPasswords: new FailedAttempts({ perSecond: PASSWORDS_PER_SECOND }),
  };
  /** Requests that were refused for their credentials. */
  readonly refusalStatistics = new RefusalStatistics();
  /** Open WebSocket connections. */
  readonly webSockets = new WebSockets();
  /** Cached responses of services. */
  readonly cache = new Cache();
  /** The memory of request bodies. Requests of a former configuration still count. */
  readonly heldBodies = new HeldBodies();
  readonly #droppedLinks = new Map<string, number>();

  constructor(environment: VerifierEnvironment) {
    this.verifiers = new Verifiers(verifierFactory(environment));
  }

  countDroppedLink(service: string): void {
    this.#droppedLinks.set(service, this.droppedLinks(service) + 1);
  }

  droppedLinks(service: string): number {
    return this.#droppedLinks.get(service) ?? 0;
  }
}
