/** Loads the document of one service with its overlays: the current version, or the last good one. */
import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError, toConfigError } from '../../config/config-error.ts';
import { type RejectedConfig, rejectedConfig } from '../../config/rejected-config.ts';
import type { Source } from '../../config/source.ts';
import { isUrl } from '../../config/yaml/source-location.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { documentTls } from '../../outbound/upstream-tls.ts';
import {
  collectSources,
  createReader,
  type DocumentSource,
  sourcePlaces,
} from '../documents/read-document.ts';
import { makeDocument } from './make-document.ts';
import { readNewer, readSource } from './read-source.ts';

export interface LoadedDocument {
  readonly service: DocumentSource;
  /** Undefined if it could not be fetched yet. */
  readonly document: OpenAPIObject | undefined;
  /** Files and URLs of the document, its overlays and referenced documents. */
  readonly places: readonly string[];
  /** Versions of the texts, by place. */
  readonly versions: ReadonlyMap<string, string>;
  /** Why the newest version is not in use. */
  readonly refused: RejectedConfig | undefined;
  /** Faults whose parts are omitted. */
  readonly faults: readonly DocumentFault[];
  /** Texts that were read and are not stored as last good yet. */
  readonly newSources: readonly Source[];
}

export interface LoadOptions {
  /** The document in use. */
  readonly previous?: LoadedDocument | undefined;
  /** Why the newest version was rejected the last time. */
  readonly previousRefusal?: RejectedConfig | undefined;
  /** Returns a text that was valid before this process started. */
  readonly lastGood: (place: string) => string | undefined;
  /** The folder of `gateway.yaml`. */
  readonly root: string;
  readonly onUnmatchedAction: (message: string) => void;
}

/** @throws ConfigError if a file has a fault and there is no last good version */
export async function loadDocument(service: DocumentSource, options: LoadOptions): Promise<LoadedDocument> {
  const previous = hasSameSources(service, options.previous?.service) ? options.previous : undefined;
  try {
    return await loadNewest(service, previous, options);
  } catch (cause) {
    const error = toConfigError(cause, `${service.document}: cannot be used`);
    const refused = rejectedConfig(error, sourcePlaces(service), options.previousRefusal);
    const lastGood = previous?.document === undefined ? await restoreDocument(service, options) : previous;
    if (lastGood !== undefined) return { ...lastGood, refused };
    if (!sourcePlaces(service).some(isUrl)) throw error;
    const places = sourcePlaces(service);
    return { service, document: undefined, places, versions: new Map(), refused, faults: [], newSources: [] };
  }
}

/** @returns undefined if nothing usable is stored */
export async function restoreDocument(
  service: DocumentSource,
  { lastGood, onUnmatchedAction }: LoadOptions,
): Promise<LoadedDocument | undefined> {
  const read = async (place: string) => {
    const text = lastGood(place);
    if (text === undefined) throw new ConfigError(`${place}: has no last good version`);
    return { place, text };
  };
  try {
    const sources = await collectSources(service, read);
    const places = sources.map(({ place }) => place);
    return {
      service,
      ...(await makeWithFaults(service, sources, onUnmatchedAction)),
      places,
      versions: new Map(),
      refused: undefined,
      newSources: [],
    };
  } catch {
    return undefined;
  }
}

async function loadNewest(
  service: DocumentSource,
  previous: LoadedDocument | undefined,
  { root, onUnmatchedAction }: LoadOptions,
): Promise<LoadedDocument> {
  const newer = await Promise.all(
    [...(previous?.versions ?? [])].map(async ([place, known]) =>
      readNewer(place, { known, tls: await documentTls(place, service) }),
    ),
  );
  const found = new Map(newer.flatMap((source) => (source ? [[source.place, source]] : [])));
  if (previous && previous.versions.size > 0 && found.size === 0) return { ...previous, refused: undefined };
  const missing: DocumentFault[] = [];
  const read = createReader(
    service,
    root,
    async (place, onBytes) =>
      found.get(place) ?? readSource(place, { onBytes, tls: await documentTls(place, service) }),
  );
  const sources = await collectSources(service, read, (fault) => missing.push(fault));
  const { document, faults } = await makeWithFaults(service, sources, onUnmatchedAction);
  return {
    service,
    document,
    faults: [...missing, ...faults],
    places: sources.map(({ place }) => place),
    versions: new Map(sources.map(({ place, version }) => [place, version])),
    refused: undefined,
    newSources: sources,
  };
}

async function makeWithFaults(
  service: DocumentSource,
  sources: readonly Pick<Source, 'place' | 'text'>[],
  onUnmatchedAction: LoadOptions['onUnmatchedAction'],
): Promise<Pick<LoadedDocument, 'document' | 'faults'>> {
  const faults: DocumentFault[] = [];
  const onFault = (fault: DocumentFault) => faults.push(fault);
  return { document: await makeDocument({ service, sources }, { onUnmatchedAction, onFault }), faults };
}

/** Whether both are created from the same texts in the same way. */
const hasSameSources = (a: DocumentSource, b: DocumentSource | undefined): boolean =>
  b !== undefined &&
  a.prefix === b.prefix &&
  isDeepStrictEqual(sourcePlaces(a), sourcePlaces(b)) &&
  isDeepStrictEqual(a.paths, b.paths);
