/** The contract of one service, from its document and overlays: as they are now, or as they were when they were good. */
import { isDeepStrictEqual } from 'node:util';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { ConfigError } from '../../config/config-error.ts';
import { isUrl } from '../../config/place.ts';
import { type Refusal, refusal } from '../../config/refusal.ts';
import type { Source } from '../../config/source.ts';
import { documentFrom, type OnIdle, placesOf, type ServicePlaces } from '../read-document.ts';
import { readNewer, readSource } from './read-source.ts';

export interface Contract {
  readonly service: ServicePlaces;
  /** Undefined where there never was one: it could not be fetched yet. */
  readonly document: OpenAPIObject | undefined;
  /** Of its texts, by place. */
  readonly versions: ReadonlyMap<string, string>;
  /** Why it is not the newest. */
  readonly refused: Refusal | undefined;
  /** What has been read for it, until that is kept. */
  readonly fresh: readonly Source[];
}

export interface ContractOptions {
  /** The one in use. */
  readonly previous?: Contract | undefined;
  /** Why the newest was refused the last time. */
  readonly before?: Refusal | undefined;
  /** A text that was good before this process began. */
  readonly lastGood: (place: string) => string | undefined;
  readonly onIdle: OnIdle;
}

/** @throws ConfigError where there is a fault in a file, and nothing that was good before */
export async function readContract(service: ServicePlaces, options: ContractOptions): Promise<Contract> {
  const previous = isSame(service, options.previous?.service) ? options.previous : undefined;
  try {
    return await newest(service, previous, options.onIdle);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const refused = refusal(error, placesOf(service), options.before);
    const good = previous?.document === undefined ? restoreContract(service, options) : previous;
    if (good !== undefined) return { ...good, refused };
    if (!placesOf(service).some(isUrl)) throw error;
    return { service, document: undefined, versions: new Map(), refused, fresh: [] };
  }
}

/** @returns undefined where nothing is kept, or what is kept is of no use any more */
export function restoreContract(
  service: ServicePlaces,
  { lastGood, onIdle }: ContractOptions,
): Contract | undefined {
  const texts = placesOf(service).flatMap((place) => {
    const text = lastGood(place);
    return text === undefined ? [] : [{ place, text }];
  });
  if (texts.length < placesOf(service).length) return undefined;
  try {
    const document = documentFrom(service, texts, onIdle);
    return { service, document, versions: new Map(), refused: undefined, fresh: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return undefined;
  }
}

async function newest(
  service: ServicePlaces,
  previous: Contract | undefined,
  onIdle: OnIdle,
): Promise<Contract> {
  const places = placesOf(service);
  const newer = await Promise.all(places.map((place) => readNewer(place, previous?.versions.get(place))));
  if (previous && newer.every((source) => source === undefined)) return { ...previous, refused: undefined };
  const sources = await Promise.all(places.map((place, index) => newer[index] ?? readSource(place)));
  return {
    service,
    document: documentFrom(service, sources, onIdle),
    versions: new Map(sources.map(({ place, version }) => [place, version])),
    refused: undefined,
    fresh: sources,
  };
}

/** Whether the same texts would be the same document. */
const isSame = (a: ServicePlaces, b: ServicePlaces | undefined): boolean =>
  b !== undefined &&
  a.prefix === b.prefix &&
  isDeepStrictEqual(placesOf(a), placesOf(b)) &&
  isDeepStrictEqual(a.paths, b.paths);
