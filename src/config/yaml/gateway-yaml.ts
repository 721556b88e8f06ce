/**
 * Reads `gateway.yaml`: the services behind the gateway and the policies of their calls. Each fault is one line with file,
 * line, path and remedy, and all faults are reported together.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { CorsConfig } from '../../http/cors/cors.ts';
import type { StrictTransportSecurity } from '../../http/headers/strict-transport-security.ts';
import type { AddressRules } from '../../http/server/address-list.ts';
import { hideValues } from '../../observability/hidden-values.ts';
import type { CompressionConfig } from '../compression.ts';
import { ConfigError } from '../config-error.ts';
import { gatewaySchema } from '../gateway-schema.ts';
import type { Limits } from '../limits.ts';
import type { PathNames } from '../path-names.ts';
import type { AuthenticationConfig, ServiceAuthenticationConfig } from '../policies/authentication.ts';
import { type CacheConfig, type ServiceCacheConfig, serviceCacheOf } from '../policies/cache.ts';
import type { HealthCheck } from '../policies/health-check.ts';
import { isPlainObject } from '../policies/merge-policy.ts';
import type { MirrorConfig } from '../policies/mirror.ts';
import { policyReader, type ServicePolicies } from '../policies/policies.ts';
import { checkRateLimits, type RateLimitsConfig } from '../policies/rate-limits.ts';
import { readServiceUrls } from '../policies/service-urls.ts';
import type { StepConfig } from '../policies/steps.ts';
import { type TlsConfig, tlsConfigOf, type UpstreamTlsConfig, upstreamTlsConfigOf } from '../policies/tls.ts';
import type { WebSocketConfig } from '../policies/web-socket.ts';
import { parseServiceUrls, type ServiceLocation } from '../service-url.ts';
import { type Environment, urlVariable } from '../settings.ts';
import { Faults, suggestionFor } from './faults.ts';
import { replaceMissing } from './missing-references.ts';
import { parseText } from './parse-text.ts';
import { referencedFiles, resolveReferences } from './references.ts';
import { resolveLocation } from './source-location.ts';
import { syntaxErrorsOf, YamlText } from './yaml-text.ts';

export interface ServiceConfig extends ServicePolicies {
  readonly name: string;
  /** Absolute path or URL of its OpenAPI document. */
  readonly document: string;
  /** Absolute paths or URLs of the overlays of the document. */
  readonly overlays: readonly string[];
  /** Scheme, host and port of each instance. */
  readonly urls: readonly string[];
  /** Relative shares of the calls, in the order of `urls`; undefined if all are equal. */
  readonly weights?: readonly number[] | undefined;
  /** Where copies of the calls go, if configured. */
  readonly mirror?: MirrorConfig | undefined;
  /** The health check of its instances, if configured. */
  readonly health: HealthCheck | undefined;
  /** The files for TLS connections to the service, with absolute paths. */
  readonly tlsFiles?: UpstreamTlsConfig | undefined;
  /** How often its host names are resolved, in milliseconds; 0 is never. */
  readonly lookup: number;
  /** Maximum size of the headers of a response. */
  readonly headBytes: number;
  /** Whether the gateway mocks the service from its document. */
  readonly isMock: boolean;
  /** Base path of the service; undefined if its document determines it. */
  readonly base: string | undefined;
  /** Prefix of its public paths. */
  readonly prefix: string;
  /** Public names of its paths. */
  readonly paths: PathNames;
  /** URLs of the service itself that the gateway rewrites to public URLs. */
  readonly ownUrls: readonly string[];
  /** Whether query parameters that the document does not declare are rejected. */
  readonly unknownQuery: 'reject' | 'pass';
  readonly unknownBody: 'reject' | 'pass';
  /** Whether pages of other sites may send requests with unsafe methods. */
  readonly crossSite?: 'reject' | 'pass' | undefined;
  /** Whether the service handles CORS itself although `cors` is configured. */
  readonly cors?: 'gateway' | 'pass' | undefined;
  /** Replaces the list of the gateway for the operations of the service. */
  readonly addresses?: AddressRules | undefined;
  /** The mode of response validation. */
  readonly responses: 'off' | 'observe' | 'enforce';
  /** Share of the responses that `observe` validates. */
  readonly sample: number;
  /** Limits for stale responses; undefined if the cache is off. */
  readonly cache?: ServiceCacheConfig | undefined;
  /** Whether the gateway compresses its responses. */
  readonly isCompressed?: boolean;
  /** How its callers are authenticated, where that differs from the rest. */
  readonly authentication?: ServiceAuthenticationConfig | undefined;
  /** Undefined if clients may not open WebSocket connections. */
  readonly webSocket?: WebSocketConfig | undefined;
}

export interface GatewayConfig {
  readonly services: readonly ServiceConfig[];
  readonly limits: Limits;
  readonly cache: CacheConfig;
  readonly compression: CompressionConfig;
  /** Undefined if credentials are not checked. */
  readonly authentication?: AuthenticationConfig | undefined;
  /** What runs before and after operations. */
  readonly steps?: readonly StepConfig[] | undefined;
  /** How often clients may send requests; undefined for no limits. */
  readonly rateLimits?: RateLimitsConfig | undefined;
  /** TLS for clients; undefined for plain HTTP. */
  readonly tls?: TlsConfig | undefined;
  /** Whether headers that reveal the software of a service are removed. */
  readonly hideSoftware: boolean;
  /** Whether forwarding headers of every peer are trusted. */
  readonly trustProxy: boolean;
  /** The trusted proxies; undefined if `trustProxy` applies to all peers. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Host names of this server; undefined for the default. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Undefined if the services handle CORS themselves. */
  readonly cors?: CorsConfig | undefined;
  /** Which clients may send requests, by their address. */
  readonly addresses?: AddressRules | undefined;
  readonly hsts?: StrictTransportSecurity | undefined;
  readonly accessLog: boolean;
  /** Changes with every value that a reference such as `${NAME}` stands for. */
  readonly fingerprint?: string;
  /** How often files and URLs are checked for changes, in milliseconds; 0 is never. */
  readonly reload: { readonly files: number; readonly urls: number };
  /** The admin listener, and whether only it serves the status. */
  readonly admin: {
    readonly port?: number | undefined;
    readonly host: string;
    readonly status: boolean;
    readonly authentication?: AuthenticationConfig['pages'];
  };
  /** How long a stopping process still accepts requests, and then waits for them, in milliseconds. */
  readonly shutdown: { readonly drain: number; readonly grace: number };
}

export interface GatewayConfigSources {
  readonly env?: Environment;
  /** URLs of services by name that are known only at run time. They override all others. */
  readonly urls?: Readonly<Record<string, string>>;
  /** For processes other than the gateway: references to missing variables and files are no faults. */
  readonly ignoresMissing?: boolean;
}

/** The file `gateway.yaml`, which can be read again after a change. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  /** Reads the file. @throws ConfigError when it cannot be read */
  text(): string;
  /** @throws ConfigError with the faults of the text */
  parse(text: string): GatewayConfig;
  /** The other files that a text refers to. */
  files?(text: string): readonly string[];
}

export const configFile = (file: string, sources: GatewayConfigSources = {}): ConfigFile => ({
  path: resolve(file),
  text: () => read(file),
  parse: (text) => parseGatewayConfig(text, file, sources),
  files: (text) => referencedFiles(text, dirname(file)),
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
  { env = {}, urls = {}, ignoresMissing = false }: GatewayConfigSources = {},
): GatewayConfig => {
  const resolved = resolveReferences(parseYaml(text, file), { env, folder: dirname(file) });
  const references = ignoresMissing ? replaceMissing(resolved, gatewaySchema) : resolved;
  const { value } = references;
  hideValues(references.secrets);
  let read: YamlText | undefined;
  // Parsed only if there is a fault, to find its line.
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
  faults.addReferences(references);
  const root = faults.check(gatewaySchema, value, []);
  // The unvalidated value, so that other faults do not hide faults of policies.
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
  checkSchemeNames(root, faults);
  checkStepServices(root, faults);
  if (root?.rateLimits !== undefined) {
    const known = { services: Object.keys(root.services), hasStore: Boolean(env.CACHE_URL) };
    checkRateLimits(root.rateLimits, known, (path, name) => {
      const message =
        name === undefined
          ? 'shared needs a Redis or Valkey server; set CACHE_URL'
          : unknownService(name, known.services);
      faults.add(['rateLimits', ...path], message);
    });
  }
  faults.throwIfAny();
  // Without faults, no value is undefined.
  const {
    services: _,
    policy: __,
    policies: ___,
    cache,
    tls,
    ...rest
  } = root as z.output<typeof gatewaySchema>;
  return {
    ...rest,
    services: services as ServiceConfig[],
    cache: { ...cache, url: env.CACHE_URL || undefined },
    fingerprint: references.fingerprint,
    ...(tls && { tls: tlsConfigOf(tls, dirname(file)) }),
  };
};

/** Only schemes that are configured may be referred to. */
function checkSchemeNames(root: z.output<typeof gatewaySchema> | undefined, faults: Faults): void {
  const known = Object.keys(root?.authentication?.schemes ?? {});
  const check = (name: string, path: readonly (string | number)[]): void => {
    if (!known.includes(name))
      faults.add(
        path,
        `expected one of authentication.schemes, which are ${known.join(', ') || 'none'}; got ${name}`,
      );
  };
  for (const [name, { authentication }] of Object.entries(root?.services ?? {}))
    for (const [scheme, target] of Object.entries(authentication?.schemes ?? {}))
      check(target, ['services', name, 'authentication', 'schemes', scheme]);
  const lists = [
    ['authentication', 'pages', root?.authentication?.pages],
    ['admin', 'authentication', root?.admin.authentication],
  ] as const;
  for (const [section, key, requirements = []] of lists)
    for (const [index, requirement] of requirements.entries())
      for (const scheme of Object.keys(requirement)) check(scheme, [section, key, index, scheme]);
}

function checkStepServices(root: z.output<typeof gatewaySchema> | undefined, faults: Faults): void {
  const known = Object.keys(root?.services ?? {});
  for (const [index, { services = [] }] of (root?.steps ?? []).entries())
    for (const [at, name] of services.entries())
      if (!known.includes(name)) faults.add(['steps', index, 'services', at], unknownService(name, known));
}

const unknownService = (name: string, known: readonly string[]): string =>
  `there is no service ${JSON.stringify(name)}; ${suggestionFor(name, known, 'there are none')}`;

/** @throws ConfigError with one line for each syntax error */
function parseYaml(text: string, file: string): unknown {
  const message = (reason: string, line = 1): string => `${file}:${line}: invalid YAML: ${reason}`;
  let isSyntax = false;
  try {
    return (
      // Faults of the whole file refer to its first line.
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

/** The domain `invalid` never resolves (RFC 6761 §6.4). */
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

/** @param variable the overriding value of the environment variable */
function locateService(
  { name, service, at, faults }: ServiceEntry,
  variable: string | undefined,
): ServiceLocation | undefined {
  const written = service.upstream === 'mock' ? MOCK_URL : (variable?.split(',') ?? service.url);
  if (written === undefined) {
    if (!faults.isSuggested([...at, 'url']))
      faults.add(at, `has no url; add one here or set ${urlVariable(name)}`);
    return undefined;
  }
  const read = readServiceUrls(written);
  // The schema already reports other values.
  if (read === undefined) return undefined;
  const location = parseServiceUrls(read.urls, read.weights);
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
    // A mock has no instances to check.
    health: isMock ? undefined : checked.health,
    lookup: checked.lookup,
    ...(checked.mirror && { mirror: checked.mirror }),
    ...(checked.tls && !isMock && { tlsFiles: upstreamTlsConfigOf(checked.tls, folder) }),
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
    ...(checked.cors === 'pass' && { cors: checked.cors }),
    ...(checked.addresses && { addresses: checked.addresses }),
    responses: checked.responses,
    sample: checked.sample,
    cache: serviceCacheOf(checked.cache),
    isCompressed: checked.compression === 'on',
    ...(checked.authentication && { authentication: checked.authentication }),
    ...(checked.upgrade.includes('websocket') && { webSocket: checked.webSocket }),
    ...policies,
  };
}
