/**
 * The certificate of a listener, which is replaced while the process runs. New connections use the new one, and open
 * ones go on. A pair that cannot be used is refused, and the one in use stays.
 */
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { ConfigError, toConfigError } from '../../../config/config-error.ts';
import type { TlsConfig } from '../../../config/policies/tls.ts';
import { type RejectedConfig, rejectedConfig } from '../../../config/rejected-config.ts';
import { type KeyPair, readIssuers, readKeyPair } from '../../../config/tls/certificate-files.ts';
import { type HandshakeFailure, HandshakeFailures } from './handshake-failures.ts';

const DAY = 86_400_000;

export interface TlsStatus {
  readonly subject: string;
  readonly issuer: string;
  /** ISO 8601. */
  readonly validUntil: string;
  /** Whole days; negative after the certificate has expired. */
  readonly daysLeft: number;
  /** Why the newest files are not in use. */
  readonly refused: RejectedConfig | undefined;
  readonly failedHandshakes: readonly HandshakeFailure[];
}

/** What a listener needs of its certificate. */
export interface ListenerTls {
  readonly clientCertificate: TlsConfig['clientCertificate'];
  readonly http2: boolean;
  readonly failures: HandshakeFailures;
  readonly context: SecureContextOptions;
  /** @param replace takes over another context */
  onReplace(replace: (context: SecureContextOptions) => void): void;
}

interface Loaded {
  readonly pair: KeyPair;
  readonly context: SecureContextOptions;
}

export class ServerCertificate implements ListenerTls {
  readonly failures: HandshakeFailures;
  readonly #log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** The configuration at the start, for what is read only then. */
  readonly #started: TlsConfig;
  #config: TlsConfig;
  #loaded: Loaded;
  #refused: RejectedConfig | undefined;
  #replace: (context: SecureContextOptions) => void = () => {};

  /** @throws ConfigError with one line, where the files cannot be used */
  static async load(
    config: TlsConfig,
    log: Pick<Logger, 'info' | 'warn' | 'error'>,
  ): Promise<ServerCertificate> {
    return new ServerCertificate(config, await loadFiles(config), log);
  }

  private constructor(config: TlsConfig, loaded: Loaded, log: Pick<Logger, 'info' | 'warn' | 'error'>) {
    this.#started = config;
    this.#config = config;
    this.#loaded = loaded;
    this.#log = log;
    this.failures = new HandshakeFailures(log);
  }

  get clientCertificate(): TlsConfig['clientCertificate'] {
    return this.#started.clientCertificate;
  }

  get http2(): boolean {
    return this.#started.http2 === 'on';
  }

  get context(): SecureContextOptions {
    return this.#loaded.context;
  }

  /** The files to watch. */
  get places(): readonly string[] {
    const { certificate, key, clientCa } = this.#config;
    return [certificate, key, ...(clientCa === undefined ? [] : [clientCa])];
  }

  get isRefused(): boolean {
    return this.#refused !== undefined;
  }

  onReplace(replace: (context: SecureContextOptions) => void): void {
    this.#replace = replace;
  }

  /**
   * Takes changed files over.
   * @param config the current one; undefined where the section is gone, which needs a restart
   * @returns whether a new certificate is in use
   */
  async reload(config: TlsConfig | undefined): Promise<boolean> {
    try {
      // The places of a configuration that is refused are watched too, so that its files can be repaired.
      if (config !== undefined) this.#config = config;
      this.#assertNoRestart(config);
      const loaded = await loadFiles(this.#config);
      this.#refused = undefined;
      if (isDeepStrictEqual(loaded.context, this.#loaded.context)) return false;
      this.#replace(loaded.context);
      this.#loaded = loaded;
      this.#log.info(summaryOf(loaded.pair), 'the certificate has been replaced');
      return true;
    } catch (error) {
      const before = this.#refused;
      this.#refused = rejectedConfig(toConfigError(error, 'tls: cannot be used'), this.places, before);
      if (this.#refused !== before)
        this.#log.error(
          { reason: this.#refused.reason },
          'the certificate was rejected; the previous one stays in use',
        );
      return false;
    }
  }

  status(now = Date.now()): TlsStatus {
    const { leaf } = this.#loaded.pair;
    return {
      ...summaryOf(this.#loaded.pair),
      daysLeft: Math.floor((leaf.validToDate.getTime() - now) / DAY),
      refused: this.#refused,
      failedHandshakes: this.failures.counts(),
    };
  }

  /** An option that cannot change while connections are open must not look as if it had changed. */
  #assertNoRestart(config: TlsConfig | undefined): void {
    if (config === undefined)
      throw new ConfigError('tls: cannot be turned off while the process runs; restart it');
    for (const name of ['clientCertificate', 'http2'] as const)
      if (config[name] !== this.#started[name])
        throw new ConfigError(
          `tls.${name}: cannot change from ${this.#started[name]} to ${config[name]} while the process runs; restart it`,
        );
  }
}

/** @throws ConfigError with one line */
async function loadFiles({ certificate, key, clientCa, minimum }: TlsConfig): Promise<Loaded> {
  const pair = await readKeyPair(
    { key: 'tls.certificate', path: certificate },
    { key: 'tls.key', path: key },
  );
  const ca = clientCa === undefined ? undefined : await readIssuers({ key: 'tls.clientCa', path: clientCa });
  const context: SecureContextOptions = {
    cert: pair.cert,
    key: pair.key,
    minVersion: minimum,
    ...(ca !== undefined && { ca }),
  };
  try {
    // OpenSSL refuses more than is checked above, such as keys that are too short.
    createSecureContext(context);
  } catch (error) {
    throw toConfigError(error, `tls.certificate: ${certificate}: cannot be used`);
  }
  return { pair, context };
}

const summaryOf = ({ leaf }: KeyPair): Pick<TlsStatus, 'subject' | 'issuer' | 'validUntil'> => ({
  subject: nameOf(leaf.subject) || (leaf.subjectAltName ?? ''),
  issuer: nameOf(leaf.issuer),
  validUntil: leaf.validToDate.toISOString(),
});

/** A distinguished name on one line, as in `CN=localhost, O=Example`. */
const nameOf = (name: string | undefined): string => (name ?? '').replaceAll('\n', ', ');
