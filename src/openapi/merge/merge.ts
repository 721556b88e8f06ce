/**
 * Merges the documents of all services into one public document without loss: only colliding names change, together
 * with all references to them. The result depends only on the documents and the order of `services`, so that it can
 * be committed.
 */
import type { InfoObject, OpenAPIObject } from 'openapi3-ts/oas31';
import { libraryProblems } from '../../contract/problems.ts';
import { type Incremental, runToCompletion } from '../incremental.ts';
import { isObject, type Json, walkIncrementally } from '../load/grammar.ts';
import { inheritDefaults, needsServiceTag, PUBLIC_SERVERS } from '../load/inherit-defaults.ts';
import { PublicPaths } from '../load/paths.ts';
import type { ServiceDocument } from '../service-document.ts';
import { ComponentRegistry, sectionsOf } from './component-registry.ts';
import { gatewayDocument, pathItemsInUse, withGatewayResponses } from './gateway-responses.ts';
import { uniteScopes, withUnitedScopes } from './oauth-scopes.ts';
import { OperationIds } from './operation-ids.ts';
import { pruneBrokenReferences } from './prune-references.ts';
import { type PublicNames, renamer } from './rename.ts';
import { PublicTags } from './tags.ts';

const DEFAULT_PUBLIC_INFO: InfoObject = {
  title: 'linkway',
  version: '0.1.0',
  description: 'All services behind this gateway as one API. Clients follow links from resource to resource.',
};

/** Extension of `components`: the problem types that services use, by code. */
const PROBLEMS = 'x-problems';

export interface MergeOptions {
  /** Info of the public document, where it differs from the default. */
  readonly info?: Partial<InfoObject>;
}

export const publicInfo = (info: Partial<InfoObject> = {}): InfoObject => ({
  ...DEFAULT_PUBLIC_INFO,
  ...info,
});

/** @throws ConfigError when two services claim the same operation, or one a reserved path */
export const mergeDocuments = (
  services: readonly ServiceDocument[],
  options: MergeOptions = {},
): OpenAPIObject => runToCompletion(mergeIncrementally(services, options));

/** Like `mergeDocuments`, in steps, because large documents take long. */
export function* mergeIncrementally(
  services: readonly ServiceDocument[],
  { info = {} }: MergeOptions = {},
): Incremental<OpenAPIObject> {
  const ids = yield* OperationIds.of(
    services.map(({ name, document }) => ({ name, document: asJson(document) })),
  );
  const registry = new ComponentRegistry();
  const paths = new PublicPaths(registry);
  const tags = new PublicTags();

  const schemes = uniteScopes(services.map(({ document }) => asJson(document)));
  for (const { name, document } of services) {
    const inherited = yield* inheritDefaults(name, withUnitedScopes(asJson(document), schemes));
    const tag = tags.add(name, withServiceTag(name, inherited));
    const rename = (component: PublicNames['component']): Incremental<Json> =>
      walkIncrementally(
        inherited,
        renamer(inherited, { component, tag, operation: (id) => ids.publicId(name, id) }),
      );
    const component = yield* registry.add(name, sectionsOf(inherited), function* (nameOf) {
      return sectionsOf(yield* rename(nameOf));
    });
    paths.add(name, (yield* rename(component)).paths);
  }

  // biome-ignore lint/correctness/useYield: it is one step
  const responseNames = yield* registry.add('gateway', sectionsOf(gatewayDocument), function* () {
    return sectionsOf(gatewayDocument);
  });
  const mergedPaths = paths.toJSON();
  const inUse = pathItemsInUse(mergedPaths, registry);
  const sections = Object.fromEntries(registry.sections().map((name) => [name, registry.entries(name)]));
  const { webhooks, pathItems, ...components } = sections;
  return (yield* pruneBrokenReferences({
    openapi: ['3.1.0', ...services.map(({ document }) => document.openapi)].sort().at(-1),
    info: publicInfo(info),
    servers: PUBLIC_SERVERS,
    tags: tags.toJSON() as { name: string }[],
    paths: mapItems(mergedPaths, (item) => withGatewayResponses(item, responseNames)),
    ...(webhooks && { webhooks }),
    components: {
      ...components,
      ...(pathItems && {
        pathItems: mapItems(pathItems, (item, name) =>
          inUse.has(name) ? withGatewayResponses(item, responseNames) : item,
        ),
      }),
      ...extensions(services),
      [PROBLEMS]: publicProblems(services),
    },
    'x-linkway-services': Object.fromEntries(
      services.map(({ name, document }) => [name, serviceMetadata(document)]),
    ),
  })) as unknown as OpenAPIObject;
}

/** One service's document as clients see it: reached through the gateway. */
export const publicDocument = (service: ServiceDocument): OpenAPIObject =>
  runToCompletion(publicDocumentIncrementally(service));

export function* publicDocumentIncrementally({
  name,
  document,
}: ServiceDocument): Incremental<OpenAPIObject> {
  const inherited = yield* inheritDefaults(name, asJson(document));
  return (yield* pruneBrokenReferences({
    ...inherited,
    servers: PUBLIC_SERVERS,
  })) as unknown as OpenAPIObject;
}

const withServiceTag = (service: string, document: Json): unknown[] => {
  const tags = Array.isArray(document.tags) ? document.tags : [];
  const isDeclared = tags.some((tag) => isObject(tag) && tag.name === service);
  if (isDeclared || !needsServiceTag(service, document)) return tags;
  const { title, description } = isObject(document.info) ? document.info : {};
  return [...tags, { name: service, description: description ?? title ?? service }];
};

const mapItems = (items: Json, change: (item: Json, name: string) => Json): Json =>
  Object.fromEntries(
    Object.entries(items).map(([name, item]) => [
      name,
      isObject(item) && !name.startsWith('x-') ? change(item, name) : item,
    ]),
  );

/** Metadata of a service's document that has no place of its own in the public document. */
const serviceMetadata = ({ info, externalDocs, ...rest }: OpenAPIObject): Json => ({
  info,
  ...(externalDocs && { externalDocs }),
  ...Object.fromEntries(Object.entries(rest).filter(([name]) => name.startsWith('x-'))),
});

/** Extensions of `components`; the first of several with the same name wins. */
const extensions = (services: readonly ServiceDocument[]): Json =>
  keepFirst(
    services
      .flatMap(({ document }) => Object.entries(document.components ?? {}))
      .filter(([name]) => name.startsWith('x-')),
  );

const isProblemType = (type: unknown): boolean =>
  isObject(type) &&
  typeof type.status === 'number' &&
  [type.title, type.meaning, type.remedy].every((text) => typeof text === 'string');

/**
 * The problem types of all services. The library's own types take precedence, because a code has one meaning behind
 * one gateway.
 */
export const publicProblems = (services: readonly ServiceDocument[]): Json => {
  const own = [...libraryProblems].map(([code, { code: _, ...type }]) => [code, type] as const);
  const theirs = services.flatMap(({ document }) => {
    const types = asJson(document.components ?? {})[PROBLEMS];
    return Object.entries(isObject(types) ? types : {}).filter(([, type]) => isProblemType(type));
  });
  return keepFirst([...own, ...theirs].sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
};

const keepFirst = (entries: readonly (readonly [string, unknown])[]): Json =>
  Object.fromEntries([...new Map([...entries].reverse())].reverse());

/** The document type hides unknown fields, but the document came from a file. */
const asJson = (value: object): Json => value as Json;
