/**
 * A service's OpenAPI document from its file or URL, YAML or JSON. One that is missing or broken is one line that
 * names place, line and mend; what stands in it is judged where it is used.
 */

import { dirname } from 'node:path';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { allOrFaults, ConfigError, configErrorOf } from '../../config/config-error.ts';
import type { Source } from '../../config/source.ts';
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { parseText } from '../../config/yaml/parse-text.ts';
import { isUrl } from '../../config/yaml/source-location.ts';
import { YamlText } from '../../config/yaml/yaml-text.ts';
import { bundle, mayHaveReferences, referencedLocations } from '../../openapi/load/bundle.ts';
import type { DocumentFault } from '../../openapi/load/document-fault.ts';
import { dropInvalid } from '../../openapi/load/drop-invalid.ts';
import { isObject } from '../../openapi/load/grammar.ts';
import { applyOverlay } from '../../openapi/load/overlay.ts';
import { upgrade, upgradeSwagger } from '../../openapi/load/upgrade.ts';
import { renamePaths } from '../../openapi/merge/rename-paths.ts';
import type { ServiceDocument } from '../../openapi/service-document.ts';
import { assertWithin, readSource } from '../reload/read-source.ts';
import { liftDocuments } from './mark-lifted.ts';

export type ServicePlaces = Pick<ServiceConfig, 'name' | 'document' | 'overlays' | 'paths' | 'prefix'>;

/** Told of what is odd in a document, of which the rest is served. */
export interface Told {
  /** Once for every action of an overlay that changes nothing. */
  readonly onIdle?: (message: string) => void;
  /** Once for everything that is left out. */
  readonly onFault?: (fault: DocumentFault) => void;
}

export interface ReadDocumentOptions extends Told {
  /** Folder of `gateway.yaml`. */
  readonly root?: string;
}

/** Where the texts of a service's document are that its configuration names: first its own, then its overlays. */
export const placesOf = ({ document, overlays }: ServicePlaces): string[] => [document, ...overlays];

/** What a document is made of, read. */
type Text = Pick<Source, 'place' | 'text'>;

/** Reads one of the texts. */
type Read<T extends Text> = (place: string, how: Reading) => Promise<T>;

interface Reading {
  /** Whether the document names it, which others may have written, and not the configuration. */
  readonly isReferred: boolean;
  /** @throws ConfigError where all texts together are too many bytes */
  readonly onBytes: (bytes: number) => void;
}

/**
 * The texts of `placesOf`, and after them those that the document refers to.
 *
 * @param read for the latter may fail: then the reference leads nowhere
 * @param onFault told of those
 */
export async function gather<T extends Text>(
  service: ServicePlaces,
  read: Read<T>,
  onFault: (fault: DocumentFault) => void = () => {},
): Promise<T[]> {
  const onBytes = byteBudget(service);
  const sources = await allOrFaults(
    placesOf(service).map((place) => read(place, { isReferred: false, onBytes })),
  );
  const known = new Set(placesOf(service));
  for (let fresh = sources.slice(0, 1); fresh.length > 0; ) {
    const places = fresh.flatMap(({ text, place }) =>
      mayHaveReferences(text) ? [...referencedLocations(parseText(text, place), place)] : [],
    );
    const added = [...new Set(places)].filter((place) => !known.has(place));
    if (known.size + added.length > MOST_PLACES)
      throw new ConfigError(`${service.document}: refers to more than ${MOST_PLACES} other documents`);
    for (const place of added) known.add(place);
    const found: T[] = [];
    for (let at = 0; at < added.length; at += MOST_AT_ONCE)
      found.push(
        ...(await foundAt(
          added.slice(at, at + MOST_AT_ONCE),
          (place) => read(place, { isReferred: true, onBytes }),
          onFault,
        )),
      );
    sources.push(...found);
    fresh = found;
  }
  return sources;
}

const MOST_PLACES = 500;
const MOST_AT_ONCE = 8;
/** Of all texts that a document is made of. */
const MOST_BYTES = 64 * 1024 ** 2;

function byteBudget({ document }: ServicePlaces): Reading['onBytes'] {
  let bytes = 0;
  return (more) => {
    bytes += more;
    if (bytes > MOST_BYTES)
      throw new ConfigError(`${document}: is larger than ${MOST_BYTES} bytes with all that it refers to`);
  };
}

async function foundAt<T extends Text>(
  places: readonly string[],
  read: (place: string) => Promise<T>,
  onFault: (fault: DocumentFault) => void,
): Promise<T[]> {
  const found = await Promise.all(
    places.map(async (place): Promise<T[]> => {
      try {
        const source = await read(place);
        parseText(source.text, place);
        return [source];
      } catch (error) {
        onFault({ pointer: '#', reason: configErrorOf(error, 'refers to what cannot be read').message });
        return [];
      }
    }),
  );
  return found.flat();
}

/** @param root folder of `gateway.yaml`: what a document refers to is there, or where the document is */
export function reader<T extends Text>(
  { document }: ServicePlaces,
  root: string | undefined,
  read: (place: string, onBytes: Reading['onBytes']) => Promise<T>,
): Read<T> {
  const folders = [...(isUrl(document) ? [] : [dirname(document)]), ...(root === undefined ? [] : [root])];
  return async (place, { isReferred, onBytes }) => {
    if (isReferred && !isUrl(place)) await assertWithin(place, folders);
    return read(place, onBytes);
  };
}

/** The documents of all services as they stand behind this gateway, in the order of its configuration. */
export const readDocuments = async (
  services: readonly ServicePlaces[],
  told: ReadDocumentOptions = {},
): Promise<readonly ServiceDocument[]> =>
  liftDocuments(
    await allOrFaults(
      services.map(async (service) => ({
        name: service.name,
        document: await readDocument(service, told),
      })),
    ),
  );

/** @throws ConfigError in one line */
export async function readDocument(
  service: ServicePlaces,
  { root, ...told }: ReadDocumentOptions = {},
): Promise<OpenAPIObject> {
  const read = reader(service, root, (place, onBytes) => readSource(place, { onBytes }));
  return documentFrom(service, await gather(service, read, told.onFault), told);
}

/**
 * One service's document with what its overlays change, in the dialect of 3.1, its paths under their public names.
 *
 * @param sources that `gather` gave
 * @throws ConfigError in one line, whatever is in them
 */
export function documentFrom(
  service: ServicePlaces,
  sources: readonly Text[],
  told: Told = {},
): OpenAPIObject {
  try {
    return whole(service, sources, told);
  } catch (error) {
    throw configErrorOf(error, `${service.document}: cannot be read as OpenAPI`);
  }
}

function whole(
  { name, overlays: { length }, paths, prefix }: ServicePlaces,
  [source, ...more]: readonly Text[],
  { onIdle, onFault }: Told,
): OpenAPIObject {
  const { place, text } = source as Text;
  let document = parseText(text, place);
  for (const overlay of more.slice(0, length)) {
    const parsed = parseText(overlay.text, overlay.place);
    const applied = applyOverlay(
      document as OpenAPIObject,
      parsed,
      overlay.place,
      () => new YamlText(overlay.text),
    );
    document = applied.document;
    for (const target of applied.unmatched) onIdle?.(`${overlay.place}: ${target} finds nothing in ${place}`);
  }
  const others = new Map(more.slice(length).map((one) => [one.place, parseText(one.text, one.place)]));
  return renamePaths(name, openApi(document, place, { others, onFault }), paths, prefix);
}

/** @throws ConfigError in one line, whatever the text is */
export const parseOpenApi = (text: string, file: string, { onFault }: Told = {}): OpenAPIObject =>
  openApi(parseText(text, file), file, { onFault });

/** @throws ConfigError in one line, for what is none */
function openApi(
  document: unknown,
  file: string,
  { others = new Map(), onFault = () => {} }: OpenApiOptions,
): OpenAPIObject {
  if (!isObject(document)) throw new ConfigError(`${file}:1: expected an OpenAPI document, found no object`);
  const version = String(document.openapi ?? document.swagger ?? 'nothing');
  if (!/^(?:3\.[012]\.|2\.0$)/.test(version))
    throw new ConfigError(
      `${file}:1: openapi: expected a version 3.x or 2.0, found ${oneLine(version)}; convert the document`,
    );
  if (!isObject(document.paths ?? {})) throw new ConfigError(`${file}: paths: expected an object of paths`);
  try {
    // In Swagger 2.0 components are elsewhere.
    const isOld = document.swagger !== undefined;
    const whole = bundle(isOld ? upgradeSwagger(document, onFault) : document, file, others);
    dropInvalid(whole, onFault);
    return (isOld ? whole : upgrade(whole)) as unknown as OpenAPIObject;
  } catch (error) {
    throw configErrorOf(error, `${file}: cannot be read as OpenAPI`);
  }
}

/** Of what may be any text of a document, for a message in one line. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 40);

interface OpenApiOptions {
  /** What it refers to, by place. */
  readonly others?: ReadonlyMap<string, unknown>;
  readonly onFault?: Told['onFault'];
}
