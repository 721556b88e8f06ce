/**
 * `gateway.yaml`: which services stand behind the gateway, and how they are called. A
 * fault is one line that names file, line, place and remedy, and all faults are told at once.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { StrictTransportSecurity } from '../../http/headers/strict-transport-security.ts';
import type { CompressionConfig } from '../compression.ts';
import { ConfigError } from '../config-error.ts';
import { gatewaySchema } from '../gateway-schema.ts';
import type { Limits } from '../limits.ts';
import type { PathNames } from '../path-names.ts';
import { type CacheConfig, type ServiceCacheConfig, serviceCacheOf } from '../policies/cache.ts';
import type { HealthCheck } from '../policies/health-check.ts';
import { isPlainObject } from '../policies/merge-policy.ts';
import { policyReader, type ServicePolicies } from '../policies/policies.ts';
import { parseServiceUrls, type ServiceLocation } from '../service-url.ts';
import { type Environment, urlVariable } from '../settings.ts';
import { Faults } from './faults.ts';
import { parseText } from './parse-text.ts';
import { resolveLocation } from './source-location.ts';
import { syntaxErrorsOf, YamlText } from './yaml-text.ts';

export interface ServiceConfig extends ServicePolicies {
  readonly name: string;
  /** Absolute path or URL of its OpenAPI document. */
  readonly document: string;
  /** Absolute paths or URLs of what is applied to that. */
  readonly overlays: readonly string[];
  /** Scheme, host and port of each place where it listens. */
  readonly urls: readonly string[];
  /** How each instance is asked whether it is well, where it is. */
  readonly health: HealthCheck | undefined;
  /** How often the addresses of its host names are looked up, in milliseconds; 0 is never. */
  readonly lookup: number;
  /** Most bytes of the head of a response. */
  readonly headBytes: number;
  /** Whether nothing listens there, and its document answers. */
  readonly isMock: boolean;
  /** What its paths begin with there; undefined where that is what its document says. */
  readonly base: string | undefined;
  /** What they begin with here. */
  readonly prefix: string;
  /** What its paths are called instead. */
  readonly paths: PathNames;
  /** URLs by which it names itself, which become public ones. */
  readonly ownUrls: readonly string[];
  /** Whether a query parameter that the document does not name is refused. */
  readonly unknownQuery: 'reject' | 'pass';
  readonly unknownBody: 'reject' | 'pass';
  /** Whether pages of other sites may send what changes something. */
  readonly crossSite?: 'reject' | 'pass' | undefined;
  /** Whether its answers are held against its document, and what comes of that. */
  readonly responses: 'off' | 'observe' | 'enforce';
  /** Share of them that `observe` looks at. */
  readonly sample: number;
  /** What may be stale of what is kept; undefined where nothing is kept. */
  readonly cache?: ServiceCacheConfig | undefined;
  /** Whether its responses are compressed on their way to clients. */
  readonly isCompressed?: boolean;
}

export interface GatewayConfig {
  readonly services: readonly ServiceConfig[];
  readonly limits: Limits;
  readonly cache: CacheConfig;
  readonly compression: CompressionConfig;
  /** Whether headers that tell the software of a service are left out. */
  readonly hideSoftware: boolean;
  /** Whether forwarding headers of the client are believed, because a proxy of ours stands before. */
  readonly trustProxy: boolean;
  /** The proxies of ours that are believed; undefined where `trustProxy` says it for all. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Names of this server; undefined where every name is taken that can only be its own. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly hsts?: StrictTransportSecurity | undefined;
  readonly accessLog: boolean;
  /** How often files and URLs are looked at, in milliseconds; 0 is never. */
  readonly reload: { readonly files: number; readonly urls: number };
  /** The listener for those who run it, and whether the status is told there alone. */
  readonly admin: { readonly port?: number | undefined; readonly host: string; readonly status: boolean };
  /** How long a process that ends still takes requests, and then waits for them, in milliseconds. */
  readonly shutdown: { readonly drain: number; readonly grace: number };
}

export interface GatewayConfigSources {
  readonly env?: Environment;
  /** URLs of services by name, known only at run time; they go before everything else. */
  readonly urls?: Readonly<Record<string, string>>;
}

/** `gateway.yaml` where it is, to be read again when it changes. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  /** As it is now. @throws ConfigError when it cannot be read */
  text(): string;
  /** @throws ConfigError for what is wrong in it */
  parse(text: string): GatewayConfig;
}

export const configFile = (file: string, sources: GatewayConfigSources = {}): ConfigFile => ({
  path: resolve(file),
  text: () => read(file),
  parse: (text) => parseGatewayConfig(text, file, sources),
});

export const loadGatewayConfig = (file: string, sources: GatewayConfigSources = {}): GatewayConfig =>
  parseGatewayConfig(read(file), file, sources);

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${file}: cannot be read; name another file in GATEWAY_CONFIG`, cause);
  }
};

export const parseGatewayConfig = (
  text: string,
  file: string,
  { env = {}, urls = {} }: GatewayConfigSources = {},
): GatewayConfig => {
  const value = parseYaml(text, file);
  let read: YamlText | undefined;
  // Where values stand is looked up only for a fault.
  const yaml = (): YamlText => {
    read ??= new YamlText(text);
    return read;
  };
  const faults = new Faults({
    has: (path) => yaml().has(path),
    describe: (path, message, isName) => {
      const line = isName ? yaml().lineOfKey(path) : yaml().lineOf(path);
      const place = [`${file}:${line}`, path.map(String).join('.')].filter(Boolean);
      return { line, text: [...place, message].join(': ') };
    },
  });
  const root = faults.check(gatewaySchema, value, []);
  // As it is written, so that what is wrong elsewhere hides nothing here.
  const written = objectOrEmpty(value);
  const policiesOf = policyReader(
    { policy: written.policy, policies: objectOrEmpty(written.policies) },
    faults,
  );
  const services = Object.entries(objectOrEmpty(written.services)).map(([name, service]) => {
    const at = ['services', name];
    const policies = policiesOf(policyEntries(service), at);
    const location = locateService(
      { name, service: objectOrEmpty(service), at, faults },
      Object.hasOwn(urls, name) ? urls[name] : env[urlVariable(name)],
    );
    const checked = root?.services[name];
    const headBytes = root?.limits.responseHeaders ?? 0;
    return (
      checked &&
      location &&
      serviceOf({ name, checked, policies, location, folder: dirname(file), headBytes })
    );
  });
  faults.throwIfAny();
  // Nothing is undefined where there is no fault.
  const { services: _, policy: __, policies: ___, cache, ...rest } = root as z.output<typeof gatewaySchema>;
  return {
    ...rest,
    services: services as ServiceConfig[],
    cache: { ...cache, url: env.CACHE_URL || undefined },
  };
};

/** @throws ConfigError with a line for each fault of its syntax */
function parseYaml(text: string, file: string): unknown {
  const message = (reason: string, line = 1): string => `${file}:${line}: invalid YAML: ${reason}`;
  let isSyntax = false;
  try {
    return (
      // What is told of the whole is told at its first line.
      parseText(text, `${file}:1`, (reason, place) => {
        isSyntax = true;
        return message(reason, place?.line);
      }) ?? {}
    );
  } catch (error) {
    const all = isSyntax ? syntaxErrorsOf(text) : [];
    throw all.length > 1
      ? new ConfigError(
          all.map(({ line, reason }) => message(reason, line)),
          error,
        )
      : error;
  }
}

/** Never answers (RFC 6761 §6.4). */
const MOCK_URL = 'http://mock.invalid';

const objectOrEmpty = (value: unknown): Readonly<Record<string, unknown>> =>
  isPlainObject(value) ? value : {};

function policyEntries(service: unknown) {
  const { policy, operations } = objectOrEmpty(service);
  const entries = Object.entries(objectOrEmpty(operations)).filter(([, operation]) =>
    isPlainObject(operation),
  );
  return { policy, operations: Object.fromEntries(entries) as Record<string, { policy?: unknown }> };
}

interface ServiceEntry {
  readonly name: string;
  readonly service: Readonly<Record<string, unknown>>;
  readonly at: readonly string[];
  readonly faults: Faults;
}

/** @param variable what the environment says instead */
function locateService(
  { name, service, at, faults }: ServiceEntry,
  variable: string | undefined,
): ServiceLocation | undefined {
  const written = service.upstream === 'mock' ? MOCK_URL : (variable?.split(',') ?? service.url);
  const urls = [written].flat();
  if (written === undefined) {
    if (!faults.isSuggested([...at, 'url']))
      faults.add(at, `has no url; add one here or set ${urlVariable(name)}`);
    return undefined;
  }
  // What is no text the schema has told already.
  if (urls.length === 0 || !urls.every((url) => typeof url === 'string')) return undefined;
  const location = parseServiceUrls(urls);
  if (typeof location !== 'string') return location;
  if (variable === undefined) faults.add([...at, 'url'], location);
  else faults.addWithoutLine(`${urlVariable(name)}: ${location}`);
  return undefined;
}

interface ServiceParts {
  readonly name: string;
  readonly checked: z.output<typeof gatewaySchema>['services'][string];
  readonly policies: ServicePolicies;
  readonly location: ServiceLocation;
  readonly folder: string;
  readonly headBytes: number;
}

function serviceOf({ name, checked, policies, location, folder, headBytes }: ServiceParts): ServiceConfig {
  const isMock = checked.upstream === 'mock';
  return {
    name,
    ...location,
    // Of a mock there is nothing to ask.
    health: isMock ? undefined : checked.health,
    lookup: checked.lookup,
    headBytes,
    isMock,
    prefix: checked.prefix,
    document: resolveLocation(folder, checked.document),
    overlays: checked.overlays.map((overlay) => resolveLocation(folder, overlay)),
    paths: checked.paths,
    ownUrls: checked.ownUrls,
    unknownQuery: checked.unknownQuery,
    unknownBody: checked.unknownBody,
    ...(checked.crossSite === 'pass' && { crossSite: checked.crossSite }),
    responses: checked.responses,
    sample: checked.sample,
    cache: serviceCacheOf(checked.cache),
    isCompressed: checked.compression === 'on',
    ...policies,
  };
}
