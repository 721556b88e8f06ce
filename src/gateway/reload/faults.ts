/** What is wrong in the documents of a generation: logged once, and kept for `/status`. */

import type { Log } from '../../observability/log.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { danglingReferencesIncrementally } from '../../openapi/merge/dangling-references.ts';
import { originalPointer } from '../../openapi/merge/rename-paths.ts';
import { uncheckedPatternsIncrementally } from '../../openapi/patterns/unchecked-patterns.ts';
import type { ServicePlaces } from '../documents/read-document.ts';

/** Of one service, shown at once. */
const MOST_FAULTS = 20;
/** Some documents have thousands of references that lead nowhere. */
const MOST_DANGLING = 10;
const MOST_UNCHECKED = 5;

export class Faults {
  readonly #found = new Map<string, readonly DocumentFault[]>();
  readonly #services: ReadonlyMap<string, ServicePlaces>;
  readonly #log: Pick<Log, 'logger'>;
  /** What has been logged: no more than that of the one before, which would keep all that ever were. */
  readonly #known: ReadonlyMap<string, readonly DocumentFault[]>;

  /** @param previous those that have been logged */
  constructor(services: readonly ServicePlaces[], log: Pick<Log, 'logger'>, previous?: Faults) {
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#log = log;
    this.#known = previous ? previous.#found : new Map();
  }

  of(service: string): readonly DocumentFault[] {
    return this.#found.get(service) ?? [];
  }

  /** @param fault with a pointer into the document as it was read */
  add(service: string, fault: DocumentFault): void {
    this.#found.set(service, [...this.of(service), fault].slice(-MOST_FAULTS));
    const isKnown = this.#known
      .get(service)
      ?.some(({ pointer, reason }) => pointer === fault.pointer && reason === fault.reason);
    if (!isKnown) this.#log.logger.warn({ service, ...fault }, 'the document has a fault');
  }

  /** @param fault with a pointer into the document as it is served, where its paths have other names */
  addServed(service: string, { pointer, reason }: DocumentFault): void {
    const { paths = {}, prefix = '' } = this.#services.get(service) ?? {};
    this.add(service, { pointer: originalPointer(pointer, paths, prefix), reason });
  }

  /** What only looking through all of it finds. */
  async look(service: string, document: object): Promise<void> {
    const found = await runInSlices(danglingReferencesIncrementally(document));
    for (const fault of found.slice(0, MOST_DANGLING)) this.addServed(service, fault);
    const more = found.length - MOST_DANGLING;
    if (more > 0)
      this.add(service, { pointer: '#', reason: `has ${more} more references that lead nowhere` });
    const unchecked = await runInSlices(uncheckedPatternsIncrementally(document));
    for (const fault of unchecked.slice(0, MOST_UNCHECKED)) this.addServed(service, fault);
  }
}
