/** `docs/reference/configuration.md`: every key of `gateway.yaml`, from the schema that reads it. */
import { configTable } from '../../config/gateway-schema.ts';
import { code, page, table } from './markdown.ts';

type Row = ReturnType<typeof configTable>[number];

const INTRODUCTIONS: Readonly<Record<string, string>> = {
  services: 'Each service has an entry under a name of lower-case letters, digits and hyphens.',
  policy:
    'These hold for every call to every service. `services.<name>.policy` changes them for one service, `services.<name>.operations` for one operation. See [resilience](../resilience.md).',
  policies: 'Policies that services and operations refer to by name.',
  limits: 'These limits hold for the gateway. Services that run here use those that concern requests too.',
  cache: 'These hold for all services that have `services.<name>.cache`. See [caching](../caching.md).',
};

const OTHERS = 'Other keys';

export function configuration(): string {
  const groups = Map.groupBy(configTable(), groupOf);
  // Single keys stand together, after the groups.
  const sections = [...groups].toSorted(([a], [b]) => Number(a === OTHERS) - Number(b === OTHERS));
  return page(
    'gateway.yaml',
    'Every key of `gateway.yaml` with its default and its meaning. The source is `src/config/gateway-schema.ts`.',
    'Durations are milliseconds, or texts such as `500ms`, `5s` and `2m`. Sizes are bytes, or texts such as `64kb` and `1mb`.',
    'linkway reads the file that `GATEWAY_CONFIG` names, `gateway.yaml` by default. At start it reports every fault of the file, each in one line with file, line and remedy. Editors with `yaml-language-server` complete the keys and show their meaning: the first line of the file names [the schema](../../openapi/gateway.schema.json).',
    ...sections.flatMap(([name, rows]) => section(name, rows)),
  );
}

const groupOf = ({ key }: Row): string => {
  const [first = '', ...rest] = key.split('.');
  return rest.length > 0 || first in INTRODUCTIONS ? first : OTHERS;
};

const section = (name: string, rows: readonly Row[]): string[] => [
  `## ${name === OTHERS ? name : code(name)}`,
  ...(INTRODUCTIONS[name] === undefined ? [] : [INTRODUCTIONS[name]]),
  table(
    ['key', 'default', 'meaning'],
    rows.map(({ key, default: fallback, meaning }) => [code(key), code(fallback), meaning]),
  ),
];
