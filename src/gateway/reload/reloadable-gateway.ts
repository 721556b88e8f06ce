/**
 * Holds the current gateway instance and replaces it after changes. A change is read and compiled next to the running
 * instance, and swapped in one step. A broken change is rejected: the last good instance stays and reports the reason.
 */
import type { RequestListener } from 'node:http';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { allOrConfigError, type ConfigError, toConfigError } from '../../config/config-error.ts';
import { type CurrentConfig, currentConfig } from '../../config/current-config.ts';
import type { LastKnownGood } from '../../config/last-known-good.ts';
import { type RejectedConfig, rejectedConfig } from '../../config/rejected-config.ts';
import type { ConfigFile, GatewayConfig } from '../../config/yaml/gateway-yaml.ts';
import type { Log } from '../../observability/log.ts';
import { readUpstreamTls, type UpstreamTls, upstreamTlsPlaces } from '../../outbound/upstream-tls.ts';
import { type LoadedStep, loadSteps } from '../extension/load-steps.ts';
import { GatewayInstance } from './gateway-instance.ts';
import { GatewayState } from './gateway-state.ts';
import { type LoadedDocument, type LoadOptions, loadDocument, restoreDocument } from './load-document.ts';

export interface ReloadableGatewayOptions {
  readonly file: ConfigFile;
  readonly log: Log;
  /** Files that were valid before this process started. */
  readonly lastGood?: LastKnownGood | undefined;
}

export class ReloadableGateway {
  readonly state: GatewayState;
  readonly #options: ReloadableGatewayOptions;
  #instance!: GatewayInstance;
  /** Text of the configuration in use. */
  #text: string | undefined;
  #lastReload: Promise<unknown> = Promise.resolve();
  #nextReload: Promise<boolean> | undefined;
  #saving: Promise<void> = Promise.resolve();
  /** Files that the newest configuration refers to, also while it is rejected. */
  #files: readonly string[] = [];
  readonly #retiring = new Set<Promise<void>>();

  /** @throws ConfigError if something is broken and no last good version is stored */
  static async start(options: ReloadableGatewayOptions): Promise<ReloadableGateway> {
    const gateway = new ReloadableGateway(options);
    await gateway.#start();
    return gateway;
  }

  private constructor(options: ReloadableGatewayOptions) {
    const { file, log } = options;
    this.state = new GatewayState({ folder: dirname(file.path), log: log.logger });
    const text = (): string => {
      const read = file.text();
      this.#files = file.files?.(read) ?? [];
      return read;
    };
    this.#options = { ...options, file: { ...file, text } };
  }

  readonly handle: RequestListener = (req, res) => this.#instance.handle(req, res);

  get instance(): GatewayInstance {
    return this.#instance;
  }

  /** Files and URLs of the configuration, its steps and the documents. */
  get places(): readonly string[] {
    const steps = this.#instance.steps.flatMap(({ source }) => source?.place ?? []);
    return [
      this.#options.file.path,
      ...this.#files,
      ...steps,
      ...this.#instance.documents.flatMap(({ places }) => places),
      ...this.#instance.config.services.flatMap(upstreamTlsPlaces),
    ];
  }

  /** Reasons why the newest versions are not in use, one line per fault. */
  get refusals(): readonly string[] {
    const { refused, refusedDocuments } = this.state;
    return [...(refused ? [refused] : []), ...refusedDocuments.values()].map(({ reason }) => reason);
  }

  /**
   * Applies changes. A reload that is requested during another one starts after it; further requests share it.
   *
   * @returns whether a new instance is in use; a rejection is in `state` and in the log
   */
  reload(): Promise<boolean> {
    this.#nextReload ??= this.#lastReload.then(() => {
      this.#nextReload = undefined;
      return this.#applyChanges();
    });
    this.#lastReload = this.#nextReload.catch(() => {});
    return this.#nextReload;
  }

  /** Call this when no more requests arrive. */
  async close(): Promise<void> {
    this.state.isDraining = true;
    await this.#lastReload;
    await this.#saving;
    await Promise.all([...this.#retiring, this.#instance.retire()]);
    await this.state.cache.close();
  }

  async #start(): Promise<void> {
    const { file, lastGood } = this.#options;
    const text = lastGood?.text(file.path);
    try {
      const current = currentConfig(file, text);
      await this.#apply(current, await this.#loadDocuments(current));
    } catch (error) {
      const restored = text === undefined ? undefined : await this.#restore(text);
      if (restored === undefined) throw error;
      await this.#apply({ ...restored, error: this.#toConfigError(error) }, restored.documents);
    }
  }

  async #applyChanges(): Promise<boolean> {
    try {
      const current = currentConfig(this.#options.file, this.#text);
      return await this.#apply(current, await this.#loadDocuments(current));
    } catch (error) {
      this.#refuse(this.#toConfigError(error));
      return false;
    }
  }

  /** Any error during a reload only rejects the change: the last good instance continues. */
  #toConfigError(error: unknown): ConfigError {
    const configError = toConfigError(error, 'the change cannot be applied');
    if (configError !== error) this.#options.log.logger.error({ err: error }, 'a reload failed unexpectedly');
    return configError;
  }

  #loadDocuments({ config }: CurrentConfig): Promise<LoadedDocument[]> {
    const previous = new Map(this.#instance?.documents.map((one) => [one.service.name, one]));
    return allOrConfigError(
      config.services.map((service) => {
        const { name } = service;
        const before = this.state.refusedDocuments.get(name);
        return loadDocument(service, {
          ...this.#loadOptions,
          previous: previous.get(name),
          previousRefusal: before,
        });
      }),
    );
  }

  /** Restores the last good configuration together with its documents. */
  async #restore(text: string) {
    const config = this.#options.file.parse(text);
    const restored = await Promise.all(
      config.services.map((service) => restoreDocument(service, this.#loadOptions)),
    );
    const documents = restored.filter((document) => document !== undefined);
    return documents.length < config.services.length ? undefined : { config, text, documents };
  }

  async #apply(current: CurrentConfig, documents: readonly LoadedDocument[]): Promise<boolean> {
    const { text, config, error } = current;
    const { log, lastGood, file } = this.#options;
    const previous = this.#instance as GatewayInstance | undefined;
    const isSameConfig = text === this.#text && config.fingerprint === previous?.config.fingerprint;
    const steps = await loadSteps(config.steps ?? [], dirname(file.path), previous?.steps);
    const upstreamTls = await readAllUpstreamTls(config);
    const isSame =
      isSameConfig &&
      isDeepStrictEqual(upstreamTls, previous?.upstreamTls) &&
      sameDocuments(documents, previous?.documents ?? []) &&
      sameSteps(steps, previous?.steps ?? []);
    if (!isSame) {
      const withoutSources = documents.map((document) => ({ ...document, newSources: [] }));
      this.#instance = await GatewayInstance.create({
        config,
        log,
        previous,
        documents: withoutSources,
        steps,
        upstreamTls,
        state: this.state,
      });
      this.#text = text;
      if (previous) {
        this.#retire(previous);
        log.logger.info(
          { services: config.services.map(({ name }) => name) },
          'the gateway has been reloaded',
        );
      }
      const newSources = [
        { place: file.path, text },
        ...documents.flatMap((document) => document.newSources),
      ];
      const places = [file.path, ...documents.flatMap((document) => document.places)];
      this.#saving = this.#saving.then(() => lastGood?.save(newSources, places));
    }
    this.#refuseDocuments(documents);
    if (error) this.#refuse(error);
    else this.state.refused = undefined;
    return !isSame;
  }

  #retire(instance: GatewayInstance): void {
    const retired = instance.retire().finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
  }

  #refuse(error: ConfigError): void {
    const { log } = this.#options;
    const { places } = this;
    const before = this.state.refused;
    this.state.refused = rejectedConfig(error, places, before);
    if (this.state.refused !== before)
      log.logger.error(
        { reason: error.message },
        'the configuration was rejected; the last good version stays in use',
      );
  }

  #refuseDocuments(documents: readonly LoadedDocument[]): void {
    const { log } = this.#options;
    const before = this.state.refusedDocuments;
    const now = new Map<string, RejectedConfig>();
    for (const { service, document, refused } of documents) {
      if (refused === undefined) continue;
      now.set(service.name, refused);
      if (before.get(service.name) === refused) continue;
      const { reason } = refused;
      const rest =
        document === undefined ? 'its paths respond with 503' : 'the last good version stays in use';
      log.logger.error({ service: service.name, reason }, `the document was rejected; ${rest}`);
    }
    this.state.refusedDocuments = now;
  }

  get #loadOptions(): Pick<LoadOptions, 'lastGood' | 'root' | 'onUnmatchedAction'> {
    const { file, log, lastGood } = this.#options;
    return {
      root: dirname(file.path),
      lastGood: (place) => lastGood?.text(place),
      onUnmatchedAction: (message) => log.logger.warn(message),
    };
  }
}

const sameSteps = (a: readonly LoadedStep[], b: readonly LoadedStep[]): boolean =>
  a.length === b.length &&
  a.every(({ step, source }, index) => source === undefined || step === b[index]?.step);

/** @throws ConfigError for files that cannot be used: the change is rejected */
async function readAllUpstreamTls({ services }: GatewayConfig): Promise<ReadonlyMap<string, UpstreamTls>> {
  const read = await allOrConfigError(
    services.map(async (service) => [service.name, await readUpstreamTls(service)] as const),
  );
  return new Map(read.flatMap(([name, tls]) => (tls ? [[name, tls]] : [])));
}

const sameDocuments = (a: readonly LoadedDocument[], b: readonly LoadedDocument[]): boolean =>
  a.length === b.length && a.every(({ document }, index) => document === b[index]?.document);
