/** The services that the command line of `linkway serve` names. */
import { basename, dirname, extname, resolve } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import { parseServiceUrls } from '../../config/service-url.ts';
import { isUrl, resolveLocation } from '../../config/yaml/source-location.ts';

export interface NamedService {
  readonly name: string;
  /** An absolute path or a URL. */
  readonly document: string;
  /** Undefined for a mock. */
  readonly url: string | undefined;
}

export interface ServiceArguments {
  readonly documents: readonly string[];
  readonly upstreams: readonly string[];
  /** `NAME=DOCUMENT@URL`. */
  readonly services: readonly string[];
  readonly isMock: boolean;
}

/**
 * @param folder the current folder
 * @throws ConfigError with one line for each fault
 */
export function namedServices(
  { documents, upstreams, services, isMock }: ServiceArguments,
  folder: string,
): NamedService[] {
  if (isMock && upstreams.length > 0)
    throw new ConfigError('--mock: has no upstream; leave out --mock or --upstream');
  if (!isMock && documents.length !== upstreams.length) throw new ConfigError(unpaired(documents, upstreams));
  const written = services.map((text) => parseService(text, isMock));
  const taken = new Set(written.map(({ name }) => name));
  const twice = written.find(({ name }, index) => written.findIndex((one) => one.name === name) !== index);
  if (twice) throw new ConfigError(`--service: the name ${twice.name} is used twice`);
  const unnamed = documents.map((document, index) => {
    const name = freeName(document, folder, taken);
    taken.add(name);
    return { name, document, url: upstreams[index] };
  });
  const all = [...unnamed, ...written];
  const faults = [
    ...unnamed.flatMap(({ url }) => faultOf('--upstream', url)),
    ...written.flatMap(({ url }) => faultOf('--service', url)),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  return all.map((one) => ({ ...one, document: resolveLocation(folder, one.document) }));
}

function unpaired(documents: readonly string[], upstreams: readonly string[]): string {
  if (upstreams.length === 0)
    return 'expected --upstream with the URL of the API, such as http://localhost:3000, or --mock';
  if (documents.length === 0) return '--upstream: expected the OpenAPI document of the API too';
  return `expected one --upstream for each document, got ${documents.length} documents and ${upstreams.length} upstreams`;
}

function faultOf(option: string, url: string | undefined): string[] {
  const location = url === undefined ? undefined : parseServiceUrls([url]);
  return typeof location === 'string' ? [`${option}: ${location}`] : [];
}

const NAME = /^[a-z][a-z0-9-]*$/;

/** The URL begins at the last `@`, because a URL of a document may contain one too. */
const SERVICE = /^([^=]*)=(.+)@(https?:\/\/[^@]*)$/;

/** @throws ConfigError for another form */
function parseService(text: string, isMock: boolean): NamedService {
  const at = text.indexOf('=');
  const [, name = text.slice(0, at), document = text.slice(at + 1), url] = SERVICE.exec(text) ?? [];
  if (at < 0 || document === '' || (url === undefined && !isMock))
    throw new ConfigError(
      `--service: expected NAME=DOCUMENT@URL, such as orders=orders.yaml@http://localhost:3000, got ${text}`,
    );
  if (!NAME.test(name))
    throw new ConfigError(
      `--service: expected a name of lower-case letters, digits and hyphens, got ${name || 'none'}`,
    );
  if (url !== undefined && isMock)
    throw new ConfigError(`--mock: has no upstream; leave out --mock, or the URL of ${name}`);
  return { name, document, url };
}

/** These names say nothing about the API. */
const GENERIC = ['openapi', 'swagger', 'api', 'index', 'spec', 'api-docs', 'swagger-ui'];

/** A name from the file, or from its folder if the name of the file says nothing: `shop/openapi.yaml` is `shop`. */
function freeName(document: string, folder: string, taken: ReadonlySet<string>): string {
  const path = isUrl(document) ? (URL.parse(document)?.pathname ?? '') : resolve(folder, document);
  const parts = [path, dirname(path)].map((one) => nameOf(basename(one, extname(one))));
  const name = parts.find((one) => NAME.test(one) && !GENERIC.includes(one)) ?? 'api';
  for (let count = 1; ; count++) {
    const numbered = count === 1 ? name : `${name}-${count}`;
    if (!taken.has(numbered)) return numbered;
  }
}

const nameOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
