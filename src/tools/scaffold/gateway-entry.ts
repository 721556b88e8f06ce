/** Edits the entry of a service in the text of `gateway.yaml`. The rest of the text, including comments, is unchanged. */
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { ConfigError } from '../../config/config-error.ts';
import { HEALTH_PATH } from '../../contract/shared-paths.ts';

const EMPTY = /^services:[ \t]*(?:\{[ \t]*\}|~|null)?[ \t]*(?=#|$)/m;

/** @throws ConfigError when the service already has an entry, or the text cannot be edited */
export function withEntry(text: string, name: string, { url }: { readonly url: string }): string {
  const entry = `  ${name}:\n    document: openapi/${name}.yaml\n    url: ${url}\n    health: { path: ${HEALTH_PATH} }\n`;
  const services = servicesOf(text);
  if (services === undefined) {
    if (!EMPTY.test(text)) return `${text.trimEnd()}\nservices:\n${entry}`.trimStart();
    return text
      .replace(EMPTY, 'services:')
      .replace(/^services:[^\n]*(?:\n|$)/m, (line) => `${line.trimEnd()}\n${entry}`);
  }
  if (pairOf(services, name)) throw new ConfigError(`gateway.yaml already has a service ${name}`);
  if (services.flow)
    throw new ConfigError(
      'gateway.yaml has several services on one line; first put each service on lines of its own',
    );
  const at = endOf(text, services.items.at(-1));
  return text.slice(0, at) + (text[at - 1] === '\n' ? '' : '\n') + entry + text.slice(at);
}

/** @throws ConfigError when the service has no entry */
export function withoutEntry(text: string, name: string): string {
  const services = servicesOf(text);
  const pair = services && pairOf(services, name);
  if (services === undefined || pair === undefined)
    throw new ConfigError(`gateway.yaml has no service ${name}`);
  const start = text.lastIndexOf('\n', startOf(pair)) + 1;
  const left = text.slice(0, start) + text.slice(endOf(text, pair));
  return services.items.length > 1 ? left : left.replace(/^services:[ \t]*(?=#|$)/m, 'services: {}');
}

/** @throws ConfigError when the text is not YAML */
export function hasEntry(text: string, name: string): boolean {
  const services = servicesOf(text);
  return services !== undefined && pairOf(services, name) !== undefined;
}

/** The port after the highest one in the text. */
export function freePort(text: string): number {
  const ports = [...text.matchAll(/https?:\/\/[^\s/]+?:(\d+)/g)].map(([, port]) => Number(port));
  return Math.max(FIRST_PORT - 1, ...ports) + 1;
}

export const hasPort = (text: string, port: number): boolean => new RegExp(`:${port}(?!\\d)`).test(text);

const FIRST_PORT = 8081;

function servicesOf(text: string): YAMLMap | undefined {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken) throw new ConfigError(`gateway.yaml is invalid YAML: ${broken.message}`);
  const services = document.get('services', true);
  return isMap(services) && services.items.length > 0 ? services : undefined;
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

const pairOf = (services: YAMLMap, name: string): Pair | undefined =>
  services.items.find((pair) => keyOf(pair) === name);

const rangeOf = (node: unknown): [number, number, number] | undefined =>
  (node as { range?: [number, number, number] } | undefined)?.range;

const startOf = ({ key }: Pair): number => rangeOf(key)?.[0] ?? 0;

/** The offset of the line after an entry. */
function endOf(text: string, pair: Pair | undefined): number {
  const end = rangeOf(pair?.value)?.[1] ?? rangeOf(pair?.key)?.[1] ?? text.length;
  if (text[end - 1] === '\n') return end;
  const next = text.indexOf('\n', end);
  return next === -1 ? text.length : next + 1;
}
