/**
 * The gateway that answers now, and how the next one takes its place: what has changed is read and compiled aside, and
 * swapped in one step. What is broken is refused: the last good one stays, and says why.
 */
import type { RequestListener } from 'node:http';
import { dirname } from 'node:path';
import { allOrConfigError, type ConfigError, toConfigError } from '../../config/config-error.ts';
import { type CurrentConfig, currentConfig } from '../../config/current-config.ts';
import type { LastKnownGood } from '../../config/last-known-good.ts';
import { type RejectedConfig, rejectedConfig } from '../../config/rejected-config.ts';
import type { ConfigFile } from '../../config/yaml/gateway-yaml.ts';
import type { Log } from '../../observability/log.ts';
import { Generation } from './generation.ts';
import { type Contract, type ContractOptions, readContract, restoreContract } from './service-document.ts';
import { State } from './state.ts';

export interface LiveOptions {
  readonly file: ConfigFile;
  readonly log: Log;
  /** What was good before this process began. */
  readonly lastGood?: LastKnownGood | undefined;
}

export class Live {
  readonly state = new State();
  readonly #options: LiveOptions;
  #generation!: Generation;
  /** Of the configuration in use. */
  #text: string | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #next: Promise<boolean> | undefined;
  #kept: Promise<void> = Promise.resolve();
  readonly #retiring = new Set<Promise<void>>();

  /** @throws ConfigError where something is broken, and nothing that was good before is kept */
  static async start(options: LiveOptions): Promise<Live> {
    const live = new Live(options);
    await live.#begin();
    return live;
  }

  private constructor(options: LiveOptions) {
    this.#options = options;
  }

  readonly handle: RequestListener = (req, res) => this.#generation.handle(req, res);

  get generation(): Generation {
    return this.#generation;
  }

  /** Files and URLs that it is made of. */
  get places(): readonly string[] {
    return [this.#options.file.path, ...this.#generation.contracts.flatMap(({ places }) => places)];
  }

  /** Why something is not the newest, a line a fault. */
  get refusals(): readonly string[] {
    const { refused, refusedContracts } = this.state;
    return [...(refused ? [refused] : []), ...refusedContracts.values()].map(({ reason }) => reason);
  }

  /**
   * Takes over what has changed. One that is asked for while another runs begins after it, and is the last.
   *
   * @returns whether another gateway answers from now on; a refusal is in `state` and in the log
   */
  reload(): Promise<boolean> {
    this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      return this.#renew();
    });
    this.#last = this.#next.catch(() => {});
    return this.#next;
  }

  /** Once nothing is asked of it any more. */
  async close(): Promise<void> {
    this.state.isDraining = true;
    await this.#last;
    await this.#kept;
    await Promise.all([...this.#retiring, this.#generation.retire()]);
    await this.state.cache.close();
  }

  async #begin(): Promise<void> {
    const { file, lastGood } = this.#options;
    const text = lastGood?.text(file.path);
    try {
      const current = currentConfig(file, text);
      await this.#take(current, await this.#contractsOf(current));
    } catch (error) {
      const kept = text === undefined ? undefined : await this.#restore(text);
      if (kept === undefined) throw error;
      await this.#take({ ...kept, error: this.#told(error) }, kept.contracts);
    }
  }

  async #renew(): Promise<boolean> {
    try {
      const current = currentConfig(this.#options.file, this.#text);
      return await this.#take(current, await this.#contractsOf(current));
    } catch (error) {
      this.#refuse(this.#told(error));
      return false;
    }
  }

  /** Whatever goes wrong while something is taken over refuses it, and no more: what was good before goes on. */
  #told(error: unknown): ConfigError {
    const told = toConfigError(error, 'what has changed cannot be used');
    if (told !== error) this.#options.log.logger.error({ err: error }, 'a reload has failed unexpectedly');
    return told;
  }

  #contractsOf({ config }: CurrentConfig): Promise<Contract[]> {
    const previous = new Map(this.#generation?.contracts.map((one) => [one.service.name, one]));
    return allOrConfigError(
      config.services.map((service) => {
        const { name } = service;
        const before = this.state.refusedContracts.get(name);
        return readContract(service, { ...this.#sources, previous: previous.get(name), before });
      }),
    );
  }

  /** Everything as it was when it was good together. */
  async #restore(text: string) {
    const config = this.#options.file.parse(text);
    const restored = await Promise.all(
      config.services.map((service) => restoreContract(service, this.#sources)),
    );
    const contracts = restored.filter((contract) => contract !== undefined);
    return contracts.length < config.services.length ? undefined : { config, text, contracts };
  }

  async #take(current: CurrentConfig, contracts: readonly Contract[]): Promise<boolean> {
    const { text, config, error } = current;
    const { log, lastGood, file } = this.#options;
    const previous = this.#generation as Generation | undefined;
    const isSame = text === this.#text && sameDocuments(contracts, previous?.contracts ?? []);
    if (!isSame) {
      const bare = contracts.map((contract) => ({ ...contract, fresh: [] }));
      this.#generation = await Generation.make({
        ...{ config, log, previous },
        contracts: bare,
        state: this.state,
      });
      this.#text = text;
      if (previous) {
        this.#retire(previous);
        log.logger.info({ services: config.services.map(({ name }) => name) }, 'the gateway is renewed');
      }
      const fresh = [{ place: file.path, text }, ...contracts.flatMap((contract) => contract.fresh)];
      const places = [file.path, ...contracts.flatMap((contract) => contract.places)];
      this.#kept = this.#kept.then(() => lastGood?.save(fresh, places));
    }
    this.#refuseContracts(contracts);
    if (error) this.#refuse(error);
    else this.state.refused = undefined;
    return !isSame;
  }

  #retire(generation: Generation): void {
    const retired = generation.retire().finally(() => this.#retiring.delete(retired));
    this.#retiring.add(retired);
  }

  #refuse(error: ConfigError): void {
    const { log } = this.#options;
    const { places } = this;
    const before = this.state.refused;
    this.state.refused = rejectedConfig(error, places, before);
    if (this.state.refused !== before)
      log.logger.error({ reason: error.message }, 'the configuration is refused; the last good one stays');
  }

  #refuseContracts(contracts: readonly Contract[]): void {
    const { log } = this.#options;
    const before = this.state.refusedContracts;
    const now = new Map<string, RejectedConfig>();
    for (const { service, document, refused } of contracts) {
      if (refused === undefined) continue;
      now.set(service.name, refused);
      if (before.get(service.name) === refused) continue;
      const { reason } = refused;
      const rest = document === undefined ? 'its paths are answered with 503' : 'the last good one stays';
      log.logger.error({ service: service.name, reason }, `the contract is refused; ${rest}`);
    }
    this.state.refusedContracts = now;
  }

  get #sources(): Pick<ContractOptions, 'lastGood' | 'root' | 'onIdle'> {
    const { file, log, lastGood } = this.#options;
    return {
      root: dirname(file.path),
      lastGood: (place) => lastGood?.text(place),
      onIdle: (message) => log.logger.warn(message),
    };
  }
}

const sameDocuments = (a: readonly Contract[], b: readonly Contract[]): boolean =>
  a.length === b.length && a.every(({ document }, index) => document === b[index]?.document);
