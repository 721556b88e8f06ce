/** Links to the descriptions (RFC 8631) of the gateway and of each service, for `/`, its `Link` header and the catalog. */
import { HAL, HEALTH, OPENAPI_JSON } from '../../../contract/media-types.ts';
import { HEALTH_PATH } from '../../../contract/shared-paths.ts';
import type { HeaderLink } from '../../../http/headers/link-header.ts';
import { HTML } from '../../../http/page/entity.ts';
import type { LinkValue } from '../../../hypermedia/representation.ts';
import type { ServiceDocument } from '../../../openapi/service-document.ts';

export const YAML = 'application/yaml';

/** RFC 9727 §4.2, RFC 7284. */
export const LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"';
export const CATALOG_PATH = '/.well-known/api-catalog';

export type DescriptionLink = HeaderLink & Omit<LinkValue, 'templated'>;

export const STATUS_PATH = '/status';

export const SERVICES_PATH = `${STATUS_PATH}/services`;

/** Path of the status page of one service. */
export const servicePath = (service: string): string => `${SERVICES_PATH}/${encodeURIComponent(service)}`;

const STATUS: DescriptionLink = {
  rel: 'status',
  href: STATUS_PATH,
  type: HAL,
  title: 'Status of the services',
};

const HEALTH_STATUS: DescriptionLink = { ...STATUS, href: HEALTH_PATH, type: HEALTH };

export type LinkFilter = (links: readonly DescriptionLink[]) => readonly DescriptionLink[];

/** Replaces the status link by the health link, if status is served only on the admin listener. */
export const hideStatus: LinkFilter = (links) =>
  links.map((link) => (link === STATUS ? HEALTH_STATUS : link));

/**
 * Path of Swagger UI for one service or for all services.
 * @param part query that selects a part of the document
 */
export const docsPath = (service?: string, part = ''): string => {
  const name = service === undefined ? '' : `urls.primaryName=${encodeURIComponent(service)}`;
  const query = [name, part].filter(Boolean).join('&');
  return query === '' ? '/docs' : `/docs?${query}`;
};

/** @param title title of the described API */
const descriptions = (document: string, docs: string, title: string): readonly DescriptionLink[] => [
  {
    rel: 'service-desc',
    href: `${document}.json`,
    type: OPENAPI_JSON,
    title: `OpenAPI document of ${title}`,
  },
  { rel: 'service-desc', href: `${document}.yaml`, type: YAML, title: `OpenAPI document of ${title}` },
  { rel: 'service-doc', href: docs, type: HTML, title: `Swagger UI of ${title}` },
  STATUS,
];

export const gatewayDescriptions = descriptions('/openapi', docsPath(), 'all services');

export const serviceDescriptions = ({ name, document }: ServiceDocument): readonly DescriptionLink[] =>
  descriptions(`/openapi/${name}`, docsPath(name), document.info.title);

export const catalogLink: DescriptionLink = {
  rel: 'api-catalog',
  href: CATALOG_PATH,
  type: 'application/linkset+json',
  title: 'API catalog',
};

/** Groups links by relation, as representations and linksets (RFC 9264 §4.2) do. */
export const byRelation = (links: readonly DescriptionLink[]): [string, LinkValue[]][] =>
  [...Map.groupBy(links, ({ rel }) => rel)].map(([rel, group]) => [
    rel,
    group.map(({ rel: _, type, ...link }) => ({ ...link, ...(type !== undefined && { type }) })),
  ]);
