/**
 * A service's OpenAPI document from its file or URL, YAML or JSON. One that is missing or broken is one line that
 * names place, line and mend; what stands in it is judged where it is used.
 */

import { CORE_SCHEMA, load } from 'js-yaml';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import { LineCounter, parseDocument } from 'yaml';
import { allOrFaults, ConfigError } from '../config/config-error.ts';
import type { ServiceConfig } from '../config/gateway-yaml.ts';
import type { Source } from '../config/source.ts';
import { YamlText } from '../config/yaml-text.ts';
import type { ServiceDocument } from '../hypermedia/graph.ts';
import { bundle, mayRefer, referredPlaces } from './document/bundle.ts';
import type { DocumentFault } from './document/fault.ts';
import { isObject } from './document/grammar.ts';
import { liftDocuments } from './document/lift.ts';
import { applyOverlay } from './document/overlay.ts';
import { renamePaths } from './document/rename-paths.ts';
import { makeSound } from './document/sound.ts';
import { upgrade, upgradeSwagger } from './document/upgrade.ts';
import { readSource } from './reload/read-source.ts';

export type ServicePlaces = Pick<ServiceConfig, 'name' | 'document' | 'overlays' | 'paths' | 'prefix'>;

/** Told of what is odd in a document, of which the rest is served. */
export interface Told {
  /** Once for every action of an overlay that changes nothing. */
  readonly onIdle?: (message: string) => void;
  /** Once for everything that is left out. */
  readonly onFault?: (fault: DocumentFault) => void;
}

/** Where the texts of a service's document are that its configuration names: first its own, then its overlays. */
export const placesOf = ({ document, overlays }: ServicePlaces): string[] => [document, ...overlays];

/** What a document is made of, read. */
type Text = Pick<Source, 'place' | 'text'>;

/**
 * The texts of `placesOf`, and after them those that the document refers to.
 *
 * @param read for the latter may fail: then the reference leads nowhere
 */
export async function gather<T extends Text>(
  service: ServicePlaces,
  read: (place: string) => Promise<T>,
): Promise<T[]> {
  const sources = await Promise.all(placesOf(service).map(read));
  const known = new Set(placesOf(service));
  for (let fresh = sources.slice(0, 1); fresh.length > 0; ) {
    const places = fresh.flatMap(({ text, place }) =>
      mayRefer(text) ? [...referredPlaces(parseFile(text, place), place)] : [],
    );
    const added = [...new Set(places)].filter((place) => !known.has(place));
    if (known.size + added.length > MOST_PLACES)
      throw new ConfigError(`${service.document}: refers to more than ${MOST_PLACES} other documents`);
    for (const place of added) known.add(place);
    const found = await Promise.allSettled(added.map(read));
    fresh = found.flatMap((one) => (one.status === 'fulfilled' && isParsed(one.value) ? [one.value] : []));
    sources.push(...fresh);
  }
  return sources;
}

const MOST_PLACES = 500;

function isParsed({ text, place }: Text): boolean {
  try {
    parseFile(text, place);
    return true;
  } catch {
    return false;
  }
}

/** The documents of all services as they stand behind this gateway, in the order of its configuration. */
export const readDocuments = async (
  services: readonly ServicePlaces[],
  told: Told = {},
): Promise<ServiceDocument[]> =>
  liftDocuments(
    await allOrFaults(
      services.map(async (service) => ({
        name: service.name,
        document: await readDocument(service, told),
      })),
    ),
  );

/** @throws ConfigError in one line */
export async function readDocument(service: ServicePlaces, told: Told = {}): Promise<OpenAPIObject> {
  return documentFrom(service, await gather(service, readSource), told);
}

/**
 * One service's document with what its overlays change, in the dialect of 3.1, its paths under their public names.
 *
 * @param sources that `gather` gave
 * @throws ConfigError in one line
 */
export function documentFrom(
  { name, overlays: { length }, paths, prefix }: ServicePlaces,
  [source, ...more]: readonly Text[],
  { onIdle, onFault }: Told = {},
): OpenAPIObject {
  const { place, text } = source as Text;
  let document = parseFile(text, place);
  for (const overlay of more.slice(0, length)) {
    const parsed = parseFile(overlay.text, overlay.place);
    const applied = applyOverlay(
      document as OpenAPIObject,
      parsed,
      overlay.place,
      () => new YamlText(overlay.text),
    );
    document = applied.document;
    for (const target of applied.idle) onIdle?.(`${overlay.place}: ${target} finds nothing in ${place}`);
  }
  const others = new Map(more.slice(length).map((one) => [one.place, parseFile(one.text, one.place)]));
  return renamePaths(name, openApi(document, place, { others, onFault }), paths, prefix);
}

export const parseOpenApi = (text: string, file: string, { onFault }: Told = {}): OpenAPIObject =>
  openApi(parseFile(text, file), file, { onFault });

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
      `${file}:1: openapi: expected a version 3.x or 2.0, found ${version}; convert the document`,
    );
  if (!isObject(document.paths ?? {})) throw new ConfigError(`${file}: paths: expected an object of paths`);
  try {
    // In Swagger 2.0 components are elsewhere.
    const isOld = document.swagger !== undefined;
    const whole = bundle(isOld ? upgradeSwagger(document, onFault) : document, file, others);
    makeSound(whole, onFault);
    return (isOld ? whole : upgrade(whole)) as unknown as OpenAPIObject;
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read as OpenAPI: ${(error as Error).message}`, error);
  }
}

interface OpenApiOptions {
  /** What it refers to, by place. */
  readonly others?: ReadonlyMap<string, unknown>;
  readonly onFault?: Told['onFault'];
}

function parseFile(text: string, file: string): unknown {
  return parseJson(text) ?? parsePlainYaml(text) ?? parseYaml(text, file);
}

/** Forty times as fast as YAML, of which JSON is a part; what is broken is for the parser that knows lines. */
function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Four times as fast as the one that knows lines, which also bounds what aliases multiply. */
function parsePlainYaml(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA, maxAliases: 0 });
  } catch {
    return undefined;
  }
}

function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = yaml.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: neither YAML nor JSON: ${broken.message}`);
  }
  return yaml.toJS();
}
