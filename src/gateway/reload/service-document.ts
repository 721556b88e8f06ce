/** The contract of one service, from its document and overlays: as they are now, or as they were when they were good. */
import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError, toConfigError } from '../../config/config-error.ts';
import { type RejectedConfig, rejectedConfig } from '../../config/rejected-config.ts';
import type { Source } from '../../config/source.ts';
import { isUrl } from '../../config/yaml/source-location.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { gather, placesOf, reader, type ServicePlaces } from '../documents/read-document.ts';
import { makeDocument } from './make-document.ts';
import { readNewer, readSource } from './read-source.ts';

export interface Contract {
  readonly service: ServicePlaces;
  /** Undefined where there never was one: it could not be fetched yet. */
  readonly document: OpenAPIObject | undefined;
  /** Where its texts are: its document, overlays, and what that refers to. */
  readonly places: readonly string[];
  /** Of its texts, by place. */
  readonly versions: ReadonlyMap<string, string>;
  /** Why it is not the newest. */
  readonly refused: RejectedConfig | undefined;
  /** What is left out of it. */
  readonly faults: readonly DocumentFault[];
  /** What has been read for it, until that is kept. */
  readonly fresh: readonly Source[];
}

export interface ContractOptions {
  /** The one in use. */
  readonly previous?: Contract | undefined;
  /** Why the newest was refused the last time. */
  readonly before?: RejectedConfig | undefined;
  /** A text that was good before this process began. */
  readonly lastGood: (place: string) => string | undefined;
  /** Folder of `gateway.yaml`. */
  readonly root: string;
  readonly onIdle: (message: string) => void;
}

/** @throws ConfigError where there is a fault in a file, and nothing that was good before */
export async function readContract(service: ServicePlaces, options: ContractOptions): Promise<Contract> {
  const previous = isSame(service, options.previous?.service) ? options.previous : undefined;
  try {
    return await newest(service, previous, options);
  } catch (cause) {
    const error = toConfigError(cause, `${service.document}: cannot be used`);
    const refused = rejectedConfig(error, placesOf(service), options.before);
    const good = previous?.document === undefined ? await restoreContract(service, options) : previous;
    if (good !== undefined) return { ...good, refused };
    if (!placesOf(service).some(isUrl)) throw error;
    const places = placesOf(service);
    return { service, document: undefined, places, versions: new Map(), refused, faults: [], fresh: [] };
  }
}

/** @returns undefined where nothing is kept, or what is kept is of no use any more */
export async function restoreContract(
  service: ServicePlaces,
  { lastGood, onIdle }: ContractOptions,
): Promise<Contract | undefined> {
  const read = async (place: string) => {
    const text = lastGood(place);
    if (text === undefined) throw new ConfigError(`${place}: was never good`);
    return { place, text };
  };
  try {
    const sources = await gather(service, read);
    const places = sources.map(({ place }) => place);
    return {
      service,
      ...(await made(service, sources, onIdle)),
      places,
      versions: new Map(),
      refused: undefined,
      fresh: [],
    };
  } catch {
    return undefined;
  }
}

async function newest(
  service: ServicePlaces,
  previous: Contract | undefined,
  { root, onIdle }: ContractOptions,
): Promise<Contract> {
  const newer = await Promise.all(
    [...(previous?.versions ?? [])].map(([place, known]) => readNewer(place, { known })),
  );
  const found = new Map(newer.flatMap((source) => (source ? [[source.place, source]] : [])));
  if (previous && previous.versions.size > 0 && found.size === 0) return { ...previous, refused: undefined };
  const missing: DocumentFault[] = [];
  const read = reader(
    service,
    root,
    async (place, onBytes) => found.get(place) ?? readSource(place, { onBytes }),
  );
  const sources = await gather(service, read, (fault) => missing.push(fault));
  const { document, faults } = await made(service, sources, onIdle);
  return {
    service,
    document,
    faults: [...missing, ...faults],
    places: sources.map(({ place }) => place),
    versions: new Map(sources.map(({ place, version }) => [place, version])),
    refused: undefined,
    fresh: sources,
  };
}

async function made(
  service: ServicePlaces,
  sources: readonly Pick<Source, 'place' | 'text'>[],
  onIdle: ContractOptions['onIdle'],
): Promise<Pick<Contract, 'document' | 'faults'>> {
  const faults: DocumentFault[] = [];
  const onFault = (fault: DocumentFault) => faults.push(fault);
  return { document: await makeDocument({ service, sources }, { onIdle, onFault }), faults };
}

/** Whether the same texts would be the same document. */
const isSame = (a: ServicePlaces, b: ServicePlaces | undefined): boolean =>
  b !== undefined &&
  a.prefix === b.prefix &&
  isDeepStrictEqual(placesOf(a), placesOf(b)) &&
  isDeepStrictEqual(a.paths, b.paths);
