/** The pages refer only to existing things: links, anchors, scripts, files, keys of gateway.yaml. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { configTable, gatewaySchema } from '../../src/config/gateway-schema.ts';
import { servicesHere } from '../../src/tools/scaffold/project.ts';
import { anchorsOf, codeBlocksOf, inlineCodeOf, linksOf, pagesBelow } from '../support/markdown.ts';
import { hasSamples } from '../support/samples.ts';
import { textOf } from './imports.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const pages = pagesBelow(ROOT).map((path) => ({ path, text: textOf(path) }));
const isThere = (path: string): boolean => existsSync(join(ROOT, path));
/** Files that are removed with the samples. */
const isOfSamples = (path: string): boolean =>
  !hasSamples && /^(?:services|test\/services|openapi)\//.test(path);

/** @returns why the link has no target; undefined when it has one */
function brokenLink(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURI(path));
  if (isOfSamples(target)) return undefined;
  if (relative('.', target).startsWith('..')) return `${page}: ${link} leaves the repository`;
  if (!isThere(target)) return `${page}: ${link} leads to no file`;
  if (anchor === undefined) return undefined;
  if (statSync(join(ROOT, target)).isDirectory() || !anchorsOf(textOf(target)).has(anchor))
    return `${page}: ${link} leads to no heading`;
  return undefined;
}

describe('The pages', () => {
  it('have links that lead to files and headings', () => {
    const links = pages.flatMap(({ path, text }) =>
      linksOf(text)
        .filter((link) => !/^[a-z]+:/i.test(link))
        .map((link) => ({ path, link })),
    );
    expect(links.length).toBeGreaterThan(100);
    expect(links.flatMap(({ path, link }) => brokenLink(path, link) ?? [])).toEqual([]);
  });

  it('name only scripts that package.json has', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => ({ path, name })),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  it('name only files that exist', () => {
    const named = pages
      // The changelog may refer to removed files.
      .filter(({ path }) => path !== 'CHANGELOG.md')
      .flatMap(({ path, text }) => inlineCodeOf(text).map((file) => ({ path, file })))
      .filter(({ file }) => /^(?:src|test|docs|deploy|services|openapi|\.ci|\.vscode)\/[\w./-]+$/.test(file));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter(({ file }) => !isOfSamples(file) && !isThere(templateOf(file)))).toEqual([]);
  });

  it('name only keys that gateway.yaml has', () => {
    const named = pages.flatMap(({ path, text }) =>
      inlineCodeOf(text)
        .map((code) => /^(?:services\.<name>|[a-zA-Z]+)(?:\.[a-zA-Z]+)+(?=:|$)/.exec(code)?.[0] ?? '')
        .filter(
          (key) => (key.split('.')[0] ?? '') in gatewaySchema.shape && !/\.(?:ya?ml|ts|json|md)$/.test(key),
        )
        .map((key) => ({ path, key })),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ key }) => !isKey(key))).toEqual([]);
  });

  it('show only valid configuration for gateway.yaml', () => {
    const shown = pages.flatMap(({ path, text }) =>
      codeBlocksOf(text)
        .filter(({ language }) => language === 'yaml')
        .map(({ body }) => ({ path, config: parse(body) as Record<string, unknown> }))
        .filter(({ config }) => Object.keys(config).some((key) => key in gatewaySchema.shape)),
    );
    expect(shown.length).toBeGreaterThan(3);
    const unknown = shown.flatMap(({ path, config }) =>
      keysOf(config)
        .filter((key) => !isKey(key))
        .map((key) => `${path}: ${key}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('README.md', () => {
  it('has at most 200 lines', () => {
    expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('links to every page of docs/ through its table of contents', () => {
    expect(linksOf(textOf('README.md'))).toContain('docs/README.md');
    const listed = linksOf(textOf('docs/README.md')).map((link) => join('docs', link));
    const below = pages
      .map(({ path }) => path)
      .filter((path) => /^docs\/(?:reference\/)?[^/]+\.md$/.test(path));
    expect(below.filter((path) => path !== 'docs/README.md' && !listed.includes(path))).toEqual([]);
    const decisions = linksOf(textOf('docs/decisions/README.md'));
    const records = pages.filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path));
    expect(
      records
        .map(({ path }) => path.slice('docs/decisions/'.length))
        .filter((one) => !decisions.includes(one)),
    ).toEqual([]);
  });
});

describe('A decision record', () => {
  it('has a unique number, a context, a decision and consequences', () => {
    const records = pages.filter(({ path }) => /^docs\/decisions\/\d/.test(path));
    expect(records.length).toBeGreaterThan(20);
    const numbers = records.map(({ path }) => Number(path.slice('docs/decisions/'.length).split('-')[0]));
    expect(numbers).toEqual(records.map((_, index) => index + 1));
    const headings = (text: string) => [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    const parts = ['Context', 'Decision', 'Consequences'];
    expect(
      records.filter(({ text }) => headings(text).join() !== parts.join()).map(({ path }) => path),
    ).toEqual([]);
  });
});

/** Services that readers of the pages create; each comes from the template of the scaffold. */
const WRITTEN = [
  { many: 'invoices', one: 'invoice' },
  { many: 'bookings', one: 'booking' },
];

/** The template file for a file of a service that a page creates. */
function templateOf(file: string): string {
  const written = WRITTEN.find(({ many }) => file.includes(`services/${many}`));
  if (written === undefined || servicesHere(ROOT).includes(written.many)) return file;
  return file
    .replace(`test/services/${written.many}`, 'test/tools/scaffold/job-cards')
    .replace(`services/${written.many}`, 'src/tools/scaffold/job-cards')
    .replace(`/${written.many}`, '/job-cards')
    .replace(`/${written.one}.`, '/job-card.');
}

const KEYS = configTable().map(({ key }) => key);

/** Whether it is a key, or contains keys. */
const isKey = (key: string): boolean =>
  KEYS.some((one) => one === key || one.startsWith(`${key}.`)) || isPolicy(key);

/** Policies are allowed for a service, for an operation, and by name. */
function isPolicy(key: string): boolean {
  const inner = /^(?:services\.<name>(?:\.operations\.<id>)?\.policy|policies\.<name>)(?:\.(.+))?$/.exec(key);
  return inner !== null && (inner[1] === undefined || isKey(`policy.${inner[1]}`));
}

/** Their members have names of the user's choice, or are another form of the value. */
const WITHOUT_KEYS: ReadonlySet<string> = new Set([
  'services.<name>.paths',
  'services.<name>.cache',
  'services.<name>.authentication.schemes',
]);

/** The keys of a configuration, with dots, in the form of the reference. */
function keysOf(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return prefix === '' ? [] : [prefix];
  // The members of these are not keys.
  if (WITHOUT_KEYS.has(prefix)) return [prefix];
  return Object.entries(value).flatMap(([name, inner]) =>
    keysOf(inner, prefix === '' ? name : `${prefix}.${PLACEHOLDERS[prefix] ?? name}`),
  );
}

/** Keys whose members have names of the user's choice. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  services: '<name>',
  policies: '<name>',
  'services.<name>.operations': '<id>',
  'authentication.schemes': '<name>',
};
