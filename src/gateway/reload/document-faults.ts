/** Collects the faults in the documents of a gateway instance. Each is logged once and shown on `/status`. */

import type { Log } from '../../observability/log.ts';
import { runInSlices } from '../../openapi/incremental.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { danglingReferencesIncrementally } from '../../openapi/merge/dangling-references.ts';
import { originalPointer } from '../../openapi/merge/rename-paths.ts';
import { uncheckedPatternsIncrementally } from '../../openapi/patterns/unchecked-patterns.ts';
import type { DocumentSource } from '../documents/read-document.ts';

/** Faults of one service that are shown. */
const MAX_FAULTS = 20;
/** Some documents have thousands of unresolvable references. */
const MAX_DANGLING = 10;
const MAX_UNCHECKED = 5;

export class DocumentFaults {
  readonly #found = new Map<string, readonly DocumentFault[]>();
  readonly #services: ReadonlyMap<string, DocumentSource>;
  readonly #log: Pick<Log, 'logger'>;
  /** Faults that are logged already. Only those of the previous instance, so that older instances can be freed. */
  readonly #logged: ReadonlyMap<string, readonly DocumentFault[]>;

  /** @param previous faults of the previous instance, which are logged already */
  constructor(services: readonly DocumentSource[], log: Pick<Log, 'logger'>, previous?: DocumentFaults) {
    this.#services = new Map(services.map((service) => [service.name, service]));
    this.#log = log;
    this.#logged = previous ? previous.#found : new Map();
  }

  of(service: string): readonly DocumentFault[] {
    return this.#found.get(service) ?? [];
  }

  /** @param fault fault with a pointer into the original document */
  add(service: string, fault: DocumentFault): void {
    this.#found.set(service, [...this.of(service), fault].slice(-MAX_FAULTS));
    const isKnown = this.#logged
      .get(service)
      ?.some(({ pointer, reason }) => pointer === fault.pointer && reason === fault.reason);
    if (!isKnown) this.#log.logger.warn({ service, ...fault }, 'the document has a fault');
  }

  /** @param fault fault with a pointer into the served document, whose paths may be renamed */
  addServed(service: string, { pointer, reason }: DocumentFault): void {
    const { paths = {}, prefix = '' } = this.#services.get(service) ?? {};
    this.add(service, { pointer: originalPointer(pointer, paths, prefix), reason });
  }

  /** Finds faults that need a scan of the complete document. */
  async scan(service: string, document: object): Promise<void> {
    const found = await runInSlices(danglingReferencesIncrementally(document));
    for (const fault of found.slice(0, MAX_DANGLING)) this.addServed(service, fault);
    const more = found.length - MAX_DANGLING;
    if (more > 0)
      this.add(service, { pointer: '#', reason: `has ${more} more references that cannot be resolved` });
    const unchecked = await runInSlices(uncheckedPatternsIncrementally(document));
    for (const fault of unchecked.slice(0, MAX_UNCHECKED)) this.addServed(service, fault);
  }
}
