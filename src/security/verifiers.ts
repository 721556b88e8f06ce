/**
 * Holds the verifiers of all schemes across reloads: a scheme whose configuration is the same keeps its keys, its cache
 * and its background work. A verifier is closed when no gateway instance uses it any more.
 */
import type { SchemeConfig } from '../config/policies/authentication.ts';
import type { Verifier } from './verifier.ts';

export type CreateVerifier<Config = SchemeConfig> = (config: Config, scheme: string) => Promise<Verifier>;

interface Held {
  readonly verifier: Promise<Verifier>;
  holders: number;
}

/** The verifiers of one configuration, by the name of the scheme. */
export interface HeldVerifiers {
  readonly byScheme: ReadonlyMap<string, Verifier>;
  release(): Promise<void>;
}

export class Verifiers<Config = SchemeConfig> {
  readonly #create: CreateVerifier<Config>;
  readonly #held = new Map<string, Held>();

  constructor(create: CreateVerifier<Config>) {
    this.#create = create;
  }

  /** @throws ConfigError if a verifier cannot be created */
  async hold(schemes: Readonly<Record<string, Config>>): Promise<HeldVerifiers> {
    const keys = new Map(
      Object.entries(schemes).map(([name, config]) => [name, JSON.stringify([name, config])]),
    );
    for (const [name, key] of keys) {
      const held = this.#held.get(key) ?? {
        verifier: this.#create(schemes[name] as Config, name),
        holders: 0,
      };
      // It is awaited later; until then, its failure must not end the process.
      held.verifier.catch(() => {});
      held.holders += 1;
      this.#held.set(key, held);
    }
    let isReleased = false;
    const release = async () => {
      if (isReleased) return;
      isReleased = true;
      await Promise.all([...keys.values()].map((key) => this.#release(key)));
    };
    const byScheme = new Map<string, Verifier>();
    try {
      for (const [name, key] of keys) byScheme.set(name, await (this.#held.get(key) as Held).verifier);
    } catch (error) {
      await release();
      throw error;
    }
    return { byScheme, release };
  }

  async #release(key: string): Promise<void> {
    const held = this.#held.get(key);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    this.#held.delete(key);
    const verifier = await held.verifier.catch(() => undefined);
    await verifier?.close?.();
  }
}
