/**
 * The gateway that answers now, and how the next one takes its place: what has changed is read and compiled aside, and
 * swapped in one step. What is broken is refused: the last good one stays, and says why.
 */
import type { RequestListener } from 'node:http';
import { dirname } from 'node:path';
import { allOrFaults, type ConfigError, configErrorOf } from '../../config/config-error.ts';
import { type CurrentConfig, currentConfig } from '../../config/current-config.ts';
import type { LastGood } from '../../config/last-known-good.ts';
import { type Refusal, refusal } from '../../config/rejected-config.ts';
import type { ConfigFile } from '../../config/yaml/gateway-yaml.ts';
import type { Log } from '../../observability/log.ts';
import { GatewayInstance } from './gateway-instance.ts';
import { GatewayState } from './gateway-state.ts';
import { type LoadedDocument, type LoadOptions, loadDocument, restoreDocument } from './load-document.ts';

export interface ReloadableGatewayOptions {
  readonly file: ConfigFile;
  readonly log: Log;
  /** What was good before this process began. */
  readonly lastGood?: LastGood | undefined;
}

export class ReloadableGateway {
  readonly state = new GatewayState();
  readonly #options: ReloadableGatewayOptions;
  #instance!: GatewayInstance;
  /** Of the configuration in use. */
  #text: string | undefined;
  #lastReload: Promise<unknown> = Promise.resolve();
  #nextReload: Promise<boolean> | undefined;
  #saving: Promise<void> = Promise.resolve();
  readonly #retiring = new Set<Promise<void>>();

  /** @throws ConfigError where something is broken, and nothing that was good before is kept */
  static async start(options: ReloadableGatewayOptions): Promise<ReloadableGateway> {
    const gateway = new ReloadableGateway(options);
    await gateway.#start();
    return gateway;
  }

  private constructor(options: ReloadableGatewayOptions) {
    this.#options = options;
  }

  readonly handle: RequestListener = (req, res) => this.#instance.handle(req, res);

  get instance(): GatewayInstance {
    return this.#instance;
  }

  /** Files and URLs that it is made of. */
  get places(): readonly string[] {
    return [this.#options.file.path, ...this.#instance.documents.flatMap(({ places }) => places)];
  }

  /** Why something is not the newest, a line a fault. */
  get refusals(): readonly string[] {
    const { refused, refusedDocuments: refusedContracts } = this.state;
    return [...(refused ? [refused] : []), ...refusedContracts.values()].map(({ reason }) => reason);
  }

  /**
   * Takes over what has changed. One that is asked for while another runs begins after it, and is the last.
   *
   * @returns whether another gateway answers from now on; a refusal is in `state` and in the log
   */
  reload(): Promise<boolean> {
    this.#nextReload ??= this.#lastReload.then(() => {
      this.#nextReload = undefined;
      return this.#applyChanges();
    });
    this.#lastReload = this.#nextReload.catch(() => {});
    return this.#nextReload;
  }

  /** Once nothing is asked of it any more. */
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
      await this.#apply({ ...restored, error: this.#toConfigError(error) }, restored.contracts);
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

  /** Whatever goes wrong while something is taken over refuses it, and no more: what was good before goes on. */
  #toConfigError(error: unknown): ConfigError {
    const configError = configErrorOf(error, 'what has changed cannot be used');
    if (configError !== error)
      this.#options.log.logger.error({ err: error }, 'a reload has failed unexpectedly');
    return configError;
  }

  #loadDocuments({ config }: CurrentConfig): Promise<LoadedDocument[]> {
    const previous = new Map(this.#instance?.documents.map((one) => [one.service.name, one]));
    return allOrFaults(
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

  /** Everything as it was when it was good together. */
  async #restore(text: string) {
    const config = this.#options.file.parse(text);
    const restored = await Promise.all(
      config.services.map((service) => restoreDocument(service, this.#loadOptions)),
    );
    const contracts = restored.filter((contract) => contract !== undefined);
    return contracts.length < config.services.length ? undefined : { config, text, contracts };
  }

  async #apply(current: CurrentConfig, documents: readonly LoadedDocument[]): Promise<boolean> {
    const { text, config, error } = current;
    const { log, lastGood, file } = this.#options;
    const previous = this.#instance as GatewayInstance | undefined;
    const isSame = text === this.#text && sameDocuments(documents, previous?.documents ?? []);
    if (!isSame) {
      const withoutSources = documents.map((contract) => ({ ...contract, fresh: [] }));
      this.#instance = await GatewayInstance.create({
        ...{ config, log, previous },
        documents: withoutSources,
        state: this.state,
      });
      this.#text = text;
      if (previous) {
        this.#retire(previous);
        log.logger.info({ services: config.services.map(({ name }) => name) }, 'the gateway is renewed');
      }
      const newSources = [
        { place: file.path, text },
        ...documents.flatMap((contract) => contract.newSources),
      ];
      const places = [file.path, ...documents.flatMap((contract) => contract.places)];
      this.#saving = this.#saving.then(() => lastGood?.keep(newSources, places));
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
    this.state.refused = refusal(error, places, before);
    if (this.state.refused !== before)
      log.logger.error({ reason: error.message }, 'the configuration is refused; the last good one stays');
  }

  #refuseDocuments(documents: readonly LoadedDocument[]): void {
    const { log } = this.#options;
    const before = this.state.refusedDocuments;
    const now = new Map<string, Refusal>();
    for (const { service, document, refused } of documents) {
      if (refused === undefined) continue;
      now.set(service.name, refused);
      if (before.get(service.name) === refused) continue;
      const { reason } = refused;
      const rest = document === undefined ? 'its paths are answered with 503' : 'the last good one stays';
      log.logger.error({ service: service.name, reason }, `the contract is refused; ${rest}`);
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

const sameDocuments = (a: readonly LoadedDocument[], b: readonly LoadedDocument[]): boolean =>
  a.length === b.length && a.every(({ document }, index) => document === b[index]?.document);
