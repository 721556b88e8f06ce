/**
 * `gateway.yaml`: which services stand behind the gateway, and how they are called. A
 * fault is one line that names file, line, place and mend.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { StrictTransportSecurity } from '../http/strict-transport-security.ts';
import { type CacheConfig, type ServiceCacheConfig, serviceCacheOf } from './cache.ts';
import { ConfigError } from './config-error.ts';
import { gatewaySchema } from './gateway-schema.ts';
import type { HealthCheck } from './health-check.ts';
import type { Limits } from './limits.ts';
import { locationOf } from './location.ts';
import type { PathNames } from './path-names.ts';
import { placeIn } from './place.ts';
import { policyReader, type ServicePolicies } from './policies.ts';
import { type Environment, urlVariable } from './settings.ts';

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
  /** Whether pages of other sites may send what changes something. */
  readonly crossSite?: 'reject' | 'pass' | undefined;
  /** Whether its answers are held against its document, and what comes of that. */
  readonly responses: 'off' | 'observe' | 'enforce';
  /** Share of them that `observe` looks at. */
  readonly sample: number;
  /** What may be stale of what is kept; undefined where nothing is kept. */
  readonly cache?: ServiceCacheConfig | undefined;
}

export interface GatewayConfig {
  readonly services: readonly ServiceConfig[];
  readonly limits: Limits;
  readonly cache: CacheConfig;
  /** Whether forwarding headers of the client are believed, because a proxy of ours stands before. */
  readonly trustProxy: boolean;
  /** The proxies of ours that are believed; undefined where `trustProxy` says it for all. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Names of this server; undefined where every name is taken that can only be its own. */
  readonly allowedHosts?: readonly string[] | undefined;
  readonly strictTransportSecurity?: StrictTransportSecurity | undefined;
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
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });

  const fault = (path: readonly PropertyKey[], message: string): ConfigError => {
    const line = lines.linePos(nearestOffset(yaml, path)).line;
    return new ConfigError(
      `${file}:${line}: ${[...path.map(String), ''].join('.').slice(0, -1)}: ${message}`,
    );
  };
  const check = <S extends z.ZodType>(schema: S, value: unknown, at: readonly PropertyKey[]): z.output<S> => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const reason = issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message;
    throw fault([...at, ...(issue?.path ?? []), ...unknown], reason ?? 'is not valid');
  };

  const [broken] = yaml.errors;
  if (broken) {
    throw new ConfigError(`${file}:${lines.linePos(broken.pos[0]).line}: not YAML: ${broken.message}`);
  }
  const root = check(gatewaySchema, yaml.toJS() ?? {}, []);
  const policiesOf = policyReader(root, { check, fault });

  const services = Object.entries(root.services).map(([name, service]): ServiceConfig => {
    const at = ['services', name];
    const isMock = service.upstream === 'mock';
    const variable = urls[name] ?? env[urlVariable(name)];
    const written = isMock ? [NOWHERE] : (variable?.split(',') ?? service.url);
    if (written === undefined) throw fault(at, `has no url; write one here or set ${urlVariable(name)}`);
    const location = locationOf([written].flat(), (message) =>
      variable === undefined
        ? fault([...at, 'url'], message)
        : new ConfigError(`${urlVariable(name)}: ${message}`),
    );
    return {
      name,
      ...location,
      // Of a mock there is nothing to ask.
      health: isMock ? undefined : service.health,
      lookup: service.lookup,
      isMock,
      prefix: service.prefix,
      document: placeIn(dirname(file), service.document),
      overlays: service.overlays.map((overlay) => placeIn(dirname(file), overlay)),
      paths: service.paths,
      ownUrls: service.ownUrls,
      unknownQuery: service.unknownQuery,
      ...(service.crossSite === 'pass' && { crossSite: service.crossSite }),
      responses: service.responses,
      sample: service.sample,
      cache: serviceCacheOf(service.cache),
      ...policiesOf(service, at),
    };
  });
  const { services: _, policy: __, policies: ___, cache, ...rest } = root;
  return {
    ...rest,
    services,
    cache: { ...cache, url: env.CACHE_URL || undefined },
  };
};

/** Never answers (RFC 6761 §6.4). */
const NOWHERE = 'http://mock.invalid';

/** Where the value at `path` stands, or the nearest thing around it that exists. */
const nearestOffset = (yaml: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number => {
  for (let depth = path.length; depth > 0; depth--) {
    const node = yaml.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
};
