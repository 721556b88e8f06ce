/**
 * One public document out of those of all services, without loss: only names that collide change, and every
 * mention of them with them. Pure, and in the order of `services`, so that the result can be committed.
 */
import type { InfoObject, OpenAPIObject } from 'openapi3-ts/oas31';
import { libraryProblems } from '../../contract/problems.ts';
import { atOnce, type Steps } from '../incremental.ts';
import { isObject, type Json, walkInSteps } from '../load/grammar.ts';
import { needsServiceTag, PUBLIC_SERVERS, stamp } from '../load/inherit-defaults.ts';
import { Paths } from '../load/paths.ts';
import type { ServiceDocument } from '../service-document.ts';
import { Registry, sectionsOf } from './component-registry.ts';
import { gatewayDocument, pathItemsInUse, withGatewayAnswers } from './gateway-responses.ts';
import { OperationIds } from './operation-ids.ts';
import { mend } from './prune-references.ts';
import { type Names, renamer } from './rename.ts';
import { Tags } from './tags.ts';

const DEFAULT_INFO: InfoObject = {
  title: 'linkway',
  version: '0.1.0',
  description: 'Every service behind this gateway, as one API that can be walked: take a link and follow it.',
};

/** Extension of `components`: the problem types that services answer with, by code. */
const PROBLEMS = 'x-problems';

export interface MergeOptions {
  /** What is said of the whole, where it is not what is said of any. */
  readonly info?: Partial<InfoObject>;
}

export const publicInfo = (info: Partial<InfoObject> = {}): InfoObject => ({ ...DEFAULT_INFO, ...info });

/** @throws ConfigError when two services claim the same operation, or one a reserved path */
export const mergeDocuments = (
  services: readonly ServiceDocument[],
  options: MergeOptions = {},
): OpenAPIObject => atOnce(mergeInSteps(services, options));

/** The same in steps: of large documents it takes long. */
export function* mergeInSteps(
  services: readonly ServiceDocument[],
  { info = {} }: MergeOptions = {},
): Steps<OpenAPIObject> {
  const ids = yield* OperationIds.of(
    services.map(({ name, document }) => ({ name, document: asJson(document) })),
  );
  const registry = new Registry();
  const paths = new Paths(registry);
  const tags = new Tags();

  for (const { name, document } of services) {
    const stamped = yield* stamp(name, asJson(document));
    const tag = tags.add(name, withServiceTag(name, stamped));
    const rename = (component: Names['component']): Steps<Json> =>
      walkInSteps(stamped, renamer(stamped, { component, tag, operation: (id) => ids.publicId(name, id) }));
    const component = yield* registry.add(name, sectionsOf(stamped), function* (nameOf) {
      return sectionsOf(yield* rename(nameOf));
    });
    paths.add(name, (yield* rename(component)).paths);
  }

  // biome-ignore lint/correctness/useYield: it is one step
  const answers = yield* registry.add('gateway', sectionsOf(gatewayDocument), function* () {
    return sectionsOf(gatewayDocument);
  });
  const written = paths.toJSON();
  const inUse = pathItemsInUse(written, registry);
  const sections = Object.fromEntries(registry.sections().map((name) => [name, registry.entries(name)]));
  const { webhooks, pathItems, ...components } = sections;
  return (yield* mend({
    openapi: ['3.1.0', ...services.map(({ document }) => document.openapi)].sort().at(-1),
    info: publicInfo(info),
    servers: PUBLIC_SERVERS,
    tags: tags.toJSON() as { name: string }[],
    paths: mapItems(written, (item) => withGatewayAnswers(item, answers)),
    ...(webhooks && { webhooks }),
    components: {
      ...components,
      ...(pathItems && {
        pathItems: mapItems(pathItems, (item, name) =>
          inUse.has(name) ? withGatewayAnswers(item, answers) : item,
        ),
      }),
      ...extensions(services),
      [PROBLEMS]: publicProblems(services),
    },
    'x-linkway-services': Object.fromEntries(services.map(({ name, document }) => [name, about(document)])),
  })) as unknown as OpenAPIObject;
}

/** One service's document as callers may see it: reached through the gateway. */
export const publicDocument = (service: ServiceDocument): OpenAPIObject => atOnce(publicInSteps(service));

export function* publicInSteps({ name, document }: ServiceDocument): Steps<OpenAPIObject> {
  const stamped = yield* stamp(name, asJson(document));
  return (yield* mend({ ...stamped, servers: PUBLIC_SERVERS })) as unknown as OpenAPIObject;
}

const withServiceTag = (service: string, stamped: Json): unknown[] => {
  const tags = Array.isArray(stamped.tags) ? stamped.tags : [];
  const isDeclared = tags.some((tag) => isObject(tag) && tag.name === service);
  if (isDeclared || !needsServiceTag(service, stamped)) return tags;
  const { title, description } = isObject(stamped.info) ? stamped.info : {};
  return [...tags, { name: service, description: description ?? title ?? service }];
};

const mapItems = (items: Json, change: (item: Json, name: string) => Json): Json =>
  Object.fromEntries(
    Object.entries(items).map(([name, item]) => [
      name,
      isObject(item) && !name.startsWith('x-') ? change(item, name) : item,
    ]),
  );

/** What a document says of itself and the public one has no place for. */
const about = ({ info, externalDocs, ...rest }: OpenAPIObject): Json => ({
  info,
  ...(externalDocs && { externalDocs }),
  ...Object.fromEntries(Object.entries(rest).filter(([name]) => name.startsWith('x-'))),
});

/** Extensions of `components`; of two with one name the first stays. */
const extensions = (services: readonly ServiceDocument[]): Json =>
  firstStays(
    services
      .flatMap(({ document }) => Object.entries(document.components ?? {}))
      .filter(([name]) => name.startsWith('x-')),
  );

const isProblemType = (type: unknown): boolean =>
  isObject(type) &&
  typeof type.status === 'number' &&
  [type.title, type.meaning, type.remedy].every((text) => typeof text === 'string');

/** The library's own types go first: a code has one meaning behind one gateway. */
export const publicProblems = (services: readonly ServiceDocument[]): Json => {
  const own = [...libraryProblems].map(([code, { code: _, ...type }]) => [code, type] as const);
  const theirs = services.flatMap(({ document }) => {
    const types = asJson(document.components ?? {})[PROBLEMS];
    return Object.entries(isObject(types) ? types : {}).filter(([, type]) => isProblemType(type));
  });
  return firstStays([...own, ...theirs].sort(([a], [b]) => (a < b ? -1 : Number(a > b))));
};

const firstStays = (entries: readonly (readonly [string, unknown])[]): Json =>
  Object.fromEntries([...new Map([...entries].reverse())].reverse());

/** Typed as a document it has no field that its type does not know; it came from a file, though. */
const asJson = (value: object): Json => value as Json;
