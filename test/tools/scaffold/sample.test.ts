/** The template of new services reads like the samples, and is copied unchanged. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { namesOf, renameAll, renamings, withArticle } from '../../../src/tools/scaffold/names.ts';
import { filesOf } from '../../../src/tools/scaffold/sample.ts';
import { describeSamples } from '../../support/samples.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const helpDesks = {
  service: 'help-desks',
  names: namesOf('help-desks'),
  operationId: 'getHelpDesk',
  path: '/help-desks/{deskKey}',
  parameter: 'deskKey',
  example: 'hd-1',
};

describe('A new service', () => {
  it('with the names of the sample is identical to it, byte for byte', () => {
    const files = filesOf({ names: namesOf('job-cards'), relation: helpDesks });
    expect(files.size).toBeGreaterThan(15);
    for (const [path, text] of files) {
      const place = path
        .replace(/^services\//, 'src/tools/scaffold/')
        .replace(/^test\/services\//, 'test/tools/scaffold/');
      const depth = text
        .replaceAll("'../../src/index.ts'", "'../../../index.ts'")
        .replaceAll("'../../../src/index.ts'", "'../../../../index.ts'")
        .replaceAll("'../../support/", "'../../../support/")
        .replaceAll('../../../services/job-cards', '../../../../src/tools/scaffold/job-cards');
      if (place.endsWith('.md')) expect(words(text)).toEqual(words(read(place)));
      else expect([place, depth]).toEqual([place, read(place)]);
    }
  });

  it('uses only its own names', () => {
    for (const [service, resource] of [['line-items'], ['invoices'], ['bills', 'HotelBill']] as const)
      for (const [path, text] of filesOf({ names: namesOf(service, resource) }))
        expect([path, `${path}\n${text}`.match(/job.?card|help.?desk|\bjc\b|hd-1|deskKey/i)]).toEqual([
          path,
          null,
        ]);
  });

  it('has readable names and texts', () => {
    const files = filesOf({ names: namesOf('line-items') });
    const contract = files.get('services/line-items/contract.ts');
    for (const part of [
      "path: '/line-items/{lineItemId}'",
      "'Create a line item'",
      "description: 'A line item.'",
      "id('li-1001')",
    ])
      expect(contract).toContain(part);
    expect(files.get('services/line-items/tables.ts')).toContain('line_items: LineItemRow;');
    expect(filesOf({ names: namesOf('invoices') }).get('services/invoices/contract.ts')).toContain(
      "'Create an invoice'",
    );
    expect([...files.keys()]).toContain('services/line-items/handlers/close-line-item.ts');
  });
});

it.each([
  'an invoice',
  'an hour',
  'an honour',
  'an umbrella',
  'an order',
  'an onboarding',
  'an eagle',
  'a line item',
  'a honey pot',
  'a euro',
  'a one-way ticket',
  'a unit',
  'a user',
  'a house',
])('The article is right: %s', (written) => {
  expect(withArticle(written.replace(/^an? /, ''))).toBe(written);
});

/** Columns of tables are as wide as the names in them. */
const words = (text: string): string[] => text.replaceAll(/-+|\|/g, ' ').split(/\s+/);

describeSamples('The template of new services', () => {
  const asOrders: [string, string][] = [
    ...renamings(namesOf('job-cards'), namesOf('orders')),
    ["'../../../../index.ts'", "'../../../src/index.ts'"],
  ];

  it.each([
    ['list-orders', 'list-job-cards', []],
    ['get-order', 'get-job-card', []],
    [
      'cancel-order',
      'close-job-card',
      [
        ['closed', 'cancelled'],
        ['close', 'cancel'],
        ['Close', 'Cancel'],
      ],
    ],
  ] as const)('is written like %s, word for word', (sample, own, pairs) => {
    const text = renameAll(
      renameAll(read(`src/tools/scaffold/job-cards/handlers/${own}.ts`), asOrders),
      pairs,
    );
    expect(inOrder(text)).toEqual(inOrder(read(`services/orders/handlers/${sample}.ts`)));
  });

  it('has the same structure as the sample', () => {
    for (const part of [
      'contract.ts',
      'links.ts',
      'main.ts',
      'migrations.ts',
      'README.md',
      'refusals.ts',
      'sample-data.ts',
      'store.ts',
      'tables.ts',
    ])
      for (const folder of ['services/orders', 'src/tools/scaffold/job-cards'])
        expect([folder, part, existsSync(new URL(`../../../${folder}/${part}`, import.meta.url))]).toEqual([
          folder,
          part,
          true,
        ]);
  });
});

/** Imports are sorted by name. */
const inOrder = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/\{ (.*) \} from/, (_, names) => names.split(', ').toSorted().join()))
    .toSorted();
