/**
 * Copies calls of a service to another server, whose responses are ignored, so that a new version sees real traffic.
 *
 * A copy never affects the call: it starts later, its result is only counted, and above a number of copies in progress,
 * which bounds their memory, it is skipped. Bodies that are streamed are not copied. Credentials are removed by default.
 */
import type { MirrorConfig } from '../config/policies/mirror.ts';
import { only } from '../http/headers/raw-headers.ts';
import { withoutParameters } from '../http/uri/query-pairs.ts';
import type { OutboundRequest } from './call/types.ts';
import type { Upstream } from './upstream.ts';

/** Where the document says that clients send credentials. */
export interface CredentialNames {
  /** In lower case. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
}

export interface MirrorOptions extends Omit<MirrorConfig, 'url'> {
  readonly upstream: Upstream & { close(): Promise<void> };
  readonly credentialNames?: CredentialNames | undefined;
  /** Between 0 and 1. */
  readonly random?: () => number;
  /** The mirror before a reload, whose counters continue. */
  readonly previous?: Mirror | undefined;
}

export interface MirrorSnapshot {
  /** Copies that were sent. */
  readonly requests: number;
  /** Copies without a response, or with a 5xx. */
  readonly failures: number;
  /** Calls that were not copied: too many were in progress, or the body was streamed. */
  readonly skipped: number;
  readonly inFlight: number;
}

/** Tells the server that its response is not needed. */
const MIRROR_HEADER = 'X-Linkway-Mirror';

/** Client certificates (RFC 9440) are among them. */
const NO_NAMES: ReadonlySet<string> = new Set();

const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'client-cert',
  'client-cert-chain',
]);

/** What the gateway says about the caller. With the signed token, the mirror could call the service as the caller. */
const IDENTITY_PREFIX = 'x-auth-';

export class Mirror {
  readonly #options: Omit<MirrorOptions, 'previous'>;
  readonly #methods: ReadonlySet<string>;
  readonly #closing = new AbortController();
  readonly #counts: { requests: number; failures: number; skipped: number };
  #inFlight = 0;

  constructor({ previous, ...options }: MirrorOptions) {
    this.#options = options;
    this.#methods = new Set(options.methods);
    this.#counts = previous ? previous.#counts : { requests: 0, failures: 0, skipped: 0 };
  }

  /** Copies a call later, if it belongs to the share. */
  copy(request: OutboundRequest): void {
    const { share, concurrent, random = Math.random } = this.#options;
    if (!this.#methods.has(request.method) || random() >= share) return;
    const { body } = request;
    const isStreamed = body !== undefined && body !== null && !Buffer.isBuffer(body);
    if (isStreamed || this.#inFlight >= concurrent) {
      this.#counts.skipped += 1;
      return;
    }
    this.#inFlight += 1;
    setImmediate(() => void this.#send(request));
  }

  async #send({ method, path, headers, body, operationId }: OutboundRequest): Promise<void> {
    const { upstream, credentials, credentialNames } = this.#options;
    const keepsAll = credentials === 'keep';
    try {
      this.#counts.requests += 1;
      const response = await upstream.send(
        {
          method,
          path: keepsAll ? path : withoutParameters(path, credentialNames?.query ?? NO_NAMES),
          headers: [
            ...(keepsAll ? headers : only(headers, (name) => !isCredential(name, credentialNames))),
            MIRROR_HEADER,
            'true',
          ],
          body,
          operationId,
        },
        this.#closing.signal,
      );
      if (response.status >= 500) this.#counts.failures += 1;
      response.discard();
    } catch {
      this.#counts.failures += 1;
    } finally {
      this.#inFlight -= 1;
    }
  }

  snapshot(): MirrorSnapshot {
    return { ...this.#counts, inFlight: this.#inFlight };
  }

  /** Gives up the copies in progress. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#options.upstream.close();
  }
}

const isCredential = (name: string, names: CredentialNames | undefined): boolean =>
  CREDENTIAL_HEADERS.has(name) || name.startsWith(IDENTITY_PREFIX) || names?.headers.has(name) === true;
