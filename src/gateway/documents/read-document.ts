/**
 * Reads the OpenAPI document of a service from a file or URL, in YAML or JSON. A missing or malformed document produces
 * a one-line error with place, line and remedy. The content is checked where it is used.
 */

import { dirname } from 'node:path';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { allOrConfigError, ConfigError, toConfigError } from '../../config/config-error.ts';
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
import { documentTls } from '../../outbound/upstream-tls.ts';
import { assertWithin, readSource } from '../reload/read-source.ts';
import { liftDocuments } from './mark-lifted.ts';

export type DocumentSource = Pick<ServiceConfig, 'name' | 'document' | 'overlays' | 'paths' | 'prefix'> &
  Partial<Pick<ServiceConfig, 'urls' | 'tlsFiles'>>;

/** Callbacks for faults in a document that do not prevent the use of the rest. */
export interface DocumentCallbacks {
  /** Called for every overlay action that matches nothing. */
  readonly onUnmatchedAction?: (message: string) => void;
  /** Called for everything that is omitted. */
  readonly onFault?: (fault: DocumentFault) => void;
}

export interface ReadDocumentOptions extends DocumentCallbacks {
  /** The folder of `gateway.yaml`. */
  readonly root?: string;
}

/** Files or URLs of the document and its overlays, as configured. */
export const sourcePlaces = ({ document, overlays }: DocumentSource): string[] => [document, ...overlays];

/** A text that has been read. */
type SourceText = Pick<Source, 'place' | 'text'>;

/** Reads one text. */
type ReadText<T extends SourceText> = (place: string, how: ReadContext) => Promise<T>;

interface ReadContext {
  /** Whether the document refers to the text. The document is less trusted than the configuration. */
  readonly isReferred: boolean;
  /** @throws ConfigError if all texts together are too large */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Reads the texts of `sourcePlaces`, followed by those that the document refers to.
 *
 * @param read may fail for referenced texts; then the reference cannot be resolved
 * @param onFault called for such failures
 */
export async function collectSources<T extends SourceText>(
  service: DocumentSource,
  read: ReadText<T>,
  onFault: (fault: DocumentFault) => void = () => {},
): Promise<T[]> {
  const onBytes = byteBudget(service);
  const sources = await allOrConfigError(
    sourcePlaces(service).map((place) => read(place, { isReferred: false, onBytes })),
  );
  const knownPlaces = new Set(sourcePlaces(service));
  for (let unread = sources.slice(0, 1); unread.length > 0; ) {
    const places = unread.flatMap(({ text, place }) =>
      mayHaveReferences(text) ? [...referencedLocations(parseText(text, place), place)] : [],
    );
    const added = [...new Set(places)].filter((place) => !knownPlaces.has(place));
    if (knownPlaces.size + added.length > MAX_PLACES)
      throw new ConfigError(`${service.document}: refers to more than ${MAX_PLACES} other documents`);
    for (const place of added) knownPlaces.add(place);
    const found: T[] = [];
    for (let at = 0; at < added.length; at += MAX_AT_ONCE)
      found.push(
        ...(await readReferenced(
          added.slice(at, at + MAX_AT_ONCE),
          (place) => read(place, { isReferred: true, onBytes }),
          onFault,
        )),
      );
    sources.push(...found);
    unread = found;
  }
  return sources;
}

const MAX_PLACES = 500;
const MAX_AT_ONCE = 8;
/** Limit for all texts of a document together. */
const MAX_BYTES = 64 * 1024 ** 2;

function byteBudget({ document }: DocumentSource): ReadContext['onBytes'] {
  let bytes = 0;
  return (more) => {
    bytes += more;
    if (bytes > MAX_BYTES)
      throw new ConfigError(
        `${document}: is larger than ${MAX_BYTES} bytes including the documents that it refers to`,
      );
  };
}

async function readReferenced<T extends SourceText>(
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
        onFault({
          pointer: '#',
          reason: toConfigError(error, 'refers to a document that cannot be read').message,
        });
        return [];
      }
    }),
  );
  return found.flat();
}

/** @param root folder of `gateway.yaml`; referenced files must be below it or below the folder of the document */
export function createReader<T extends SourceText>(
  { document }: DocumentSource,
  root: string | undefined,
  read: (place: string, onBytes: ReadContext['onBytes']) => Promise<T>,
): ReadText<T> {
  const folders = [...(isUrl(document) ? [] : [dirname(document)]), ...(root === undefined ? [] : [root])];
  return async (place, { isReferred, onBytes }) => {
    if (isReferred && !isUrl(place)) await assertWithin(place, folders);
    return read(place, onBytes);
  };
}

/** Reads the documents of all services, in the order of the configuration. */
export const readDocuments = async (
  services: readonly DocumentSource[],
  callbacks: ReadDocumentOptions = {},
): Promise<readonly ServiceDocument[]> =>
  liftDocuments(
    await allOrConfigError(
      services.map(async (service) => ({
        name: service.name,
        document: await readDocument(service, callbacks),
      })),
    ),
  );

/** @throws ConfigError with a one-line message */
export async function readDocument(
  service: DocumentSource,
  { root, ...callbacks }: ReadDocumentOptions = {},
): Promise<OpenAPIObject> {
  const read = createReader(service, root, async (place, onBytes) =>
    readSource(place, { onBytes, tls: await documentTls(place, service) }),
  );
  return createDocument(service, await collectSources(service, read, callbacks.onFault), callbacks);
}

/**
 * Creates the document of a service: applies overlays, upgrades it to OpenAPI 3.1, and renames paths to public ones.
 *
 * @param sources result of `collectSources`
 * @throws ConfigError with a one-line message, whatever the texts contain
 */
export function createDocument(
  service: DocumentSource,
  sources: readonly SourceText[],
  callbacks: DocumentCallbacks = {},
): OpenAPIObject {
  try {
    return applyOverlays(service, sources, callbacks);
  } catch (error) {
    throw toConfigError(error, `${service.document}: cannot be read as OpenAPI`);
  }
}

function applyOverlays(
  { name, overlays: { length }, paths, prefix }: DocumentSource,
  [source, ...more]: readonly SourceText[],
  { onUnmatchedAction, onFault }: DocumentCallbacks,
): OpenAPIObject {
  const { place, text } = source as SourceText;
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
    for (const target of applied.unmatched)
      onUnmatchedAction?.(`${overlay.place}: ${target} matches nothing in ${place}`);
  }
  const referenced = new Map(more.slice(length).map((one) => [one.place, parseText(one.text, one.place)]));
  return renamePaths(
    name,
    normalizeDocument(document, place, { others: referenced, onFault }),
    paths,
    prefix,
  );
}

/** @throws ConfigError with a one-line message, whatever the text contains */
export const parseOpenApi = (
  text: string,
  file: string,
  { onFault }: DocumentCallbacks = {},
): OpenAPIObject => normalizeDocument(parseText(text, file), file, { onFault });

/** @throws ConfigError with a one-line message if the value is not an OpenAPI document */
function normalizeDocument(
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
    // Swagger 2.0 has its components in other places, so it is upgraded first.
    const isSwagger = document.swagger !== undefined;
    const bundled = bundle(isSwagger ? upgradeSwagger(document, onFault) : document, file, others);
    dropInvalid(bundled, onFault);
    return (isSwagger ? bundled : upgrade(bundled)) as unknown as OpenAPIObject;
  } catch (error) {
    throw toConfigError(error, `${file}: cannot be read as OpenAPI`);
  }
}

/** Shortens any text of a document for a one-line message. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 40);

interface OpenApiOptions {
  /** Referenced documents by place. */
  readonly others?: ReadonlyMap<string, unknown>;
  readonly onFault?: DocumentCallbacks['onFault'];
}
