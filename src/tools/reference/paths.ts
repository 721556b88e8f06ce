/** `docs/reference/paths.md`: the gateway's own paths, and the media types of resources. */
import { RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { formats } from '../../hypermedia/formats/index.ts';
import { code, page, table } from './markdown.ts';

/** Each path of the gateway with what it serves. */
const PATHS: readonly (readonly [paths: readonly string[], meaning: string])[] = [
  [
    ['/'],
    'The entry point: a page for people, HAL for programs. It links to every service and every page here.',
  ],
  [['/explorer'], 'Pages on which a person follows links and submits the actions that resources offer.'],
  [
    ['/docs'],
    'Swagger UI for all services, or for one with `?urls.primaryName={service}`. Requests that are tried there go through the gateway.',
  ],
  [
    ['/openapi.json', '/openapi.yaml', '/openapi/{service}.json'],
    'The OpenAPI document of all services, and of one. `?tag=` and `?path=` select a part of it. `?media=` keeps one media type in each response, for client generators.',
  ],
  [
    ['/status'],
    'The services: which calls which, circuit breakers, traffic, failures and latencies of the last minutes. Server-sent events keep the page current.',
  ],
  [
    ['/status/services/{service}'],
    'One service: its latest failure, when it is tried again, and which services need it. A 502, 503 or 504 of it links here.',
  ],
  [['/problems/{code}'], 'What a [problem type](problems.md) means and what to do.'],
  [['/rels/{rel}'], 'What a link relation means.'],
  [['/.well-known/api-catalog'], 'The APIs as a linkset (RFC 9727).'],
  [['/health'], 'The state of the gateway and of the services, as `application/health+json`.'],
  [['/health/live'], 'Whether the process responds.'],
  [['/health/ready'], 'Whether the process wants requests; 503 while it drains.'],
];

/** What `admin.port` serves on a listener of its own. */
const ADMIN_PATHS: readonly (readonly [path: string, meaning: string])[] = [
  ['/metrics', 'Metrics in the text format of Prometheus.'],
  ['/status', 'As above, with two actions for each instance.'],
  ['/status/services/{service}/instances/{instance}/isolate', 'POST keeps calls away from an instance.'],
  [
    '/status/services/{service}/instances/{instance}/reset',
    'POST ends that, and closes its circuit breaker.',
  ],
];

export function paths(): string {
  const reserved = [...RESERVED_SEGMENTS].filter((segment) => segment !== '').toSorted();
  return page(
    'Paths and media types',
    'The paths that the gateway serves itself, and the media types of resources.',
    '## Paths of the gateway',
    table(
      ['path', 'what it serves'],
      PATHS.map(([names, meaning]) => [names.map(code).join(', '), meaning]),
    ),
    `No service can have a path whose first segment is one of ${reserved.map(code).join(', ')}. The source is \`src/contract/reserved-paths.ts\`.`,
    '## Paths of the admin listener',
    'With [`admin.port`](configuration.md#admin) the gateway has a second listener, for its operators.',
    table(
      ['path', 'what it serves'],
      ADMIN_PATHS.map(([name, meaning]) => [code(name), meaning]),
    ),
    '## Media types of resources',
    '`Accept` selects one, with q-values. The source is `src/hypermedia/formats/index.ts`.',
    table(
      ['media type', 'what it has'],
      formats.map(({ mediaType, description }) => [code(mediaType), description]),
    ),
  );
}
