/** The examples of the Overlay Specification 1.0.0, §4.5, and invalid overlays. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/config/config-error.ts';
import { parseText } from '../../../src/config/yaml/parse-text.ts';
import { YamlText } from '../../../src/config/yaml/yaml-text.ts';
import { applyOverlay } from '../../../src/openapi/load/overlay.ts';
import { document } from '../../support/gateway.ts';

const pets = () =>
  document({
    '/pets': {
      get: {
        operationId: 'listPets',
        parameters: [{ name: 'limit' }, { name: 'filter' }],
        'x-oai-traits': ['paged'],
      },
      post: { operationId: 'addPet', deprecated: true },
    },
    '/owners': { get: { operationId: 'listOwners', parameters: [], tags: ['a'] } },
  });
const apply = (...actions: object[]) =>
  applyOverlay(pets(), { overlay: '1.0.0', info: { title: 't', version: '1' }, actions }, 'o.yaml');
const paths = (...actions: object[]) =>
  apply(...actions).document.paths as Record<string, Record<string, object>>;

describe('An overlay', () => {
  it('merges its update into the target (§4.5.1)', () => {
    const { document: changed } = apply({
      target: '$',
      update: { info: { description: 'Pets' }, paths: { '/pets': { get: { summary: 'List' } } } },
    });
    expect(changed.info).toMatchObject({ title: 't', description: 'Pets' });
    expect(changed.paths?.['/pets']?.get).toMatchObject({ operationId: 'listPets', summary: 'List' });
  });

  it('changes every target (§4.5.3)', () => {
    const changed = paths({ target: '$.paths.*.get', update: { 'x-safe': true } });
    for (const item of Object.values(changed)) expect(item.get).toMatchObject({ 'x-safe': true });
    expect(changed['/pets']?.post).not.toHaveProperty('x-safe');
  });

  it('adds to arrays, and removes from them (§4.5.4)', () => {
    const added = paths({ target: '$.paths.*.get.parameters', update: { name: 'newParam' } });
    expect(added['/pets']?.get).toMatchObject({ parameters: [{}, {}, { name: 'newParam' }] });
    expect(added['/owners']?.get).toMatchObject({ parameters: [{ name: 'newParam' }] });
    const taken = paths({
      target: '$.paths.*.get.parameters[?@.name == "limit" || @.name == "filter"]',
      remove: true,
    });
    expect(taken['/pets']?.get).toMatchObject({ parameters: [] });
    expect(paths({ target: '$.paths.*.get', update: { tags: ['b'] } })['/owners']?.get).toMatchObject({
      tags: ['a', 'b'],
    });
  });

  it('finds targets by traits (§4.5.5)', () => {
    const changed = paths(
      { target: "$.paths.*.get[?@ == 'paged']", remove: true },
      {
        target: "$.paths.*[?@['x-oai-traits']]",
        update: { description: 'Paged.' },
      },
    );
    expect(changed['/pets']?.get).toMatchObject({ description: 'Paged.' });
    expect(changed['/owners']?.get).not.toHaveProperty('description');
  });

  it('removes targets, and applies its actions in order', () => {
    const changed = paths(
      { target: '$.paths.*[?@.deprecated == true]', remove: true },
      { target: '$.paths["/pets"]', update: { post: { operationId: 'newPet' } } },
    );
    expect(changed['/pets']?.post).toEqual({ operationId: 'newPet' });
  });

  it('does not change the given document, and reports actions without a target', () => {
    const before = pets();
    const { unmatched } = applyOverlay(
      before,
      {
        overlay: '1.0.0',
        info: { title: 't', version: '1' },
        actions: [
          { target: '$.nothing', update: {} },
          { target: '$.paths', remove: true },
        ],
      },
      'o.yaml',
    );
    expect(before).toEqual(pets());
    expect(unmatched).toEqual(['$.nothing']);
  });

  const info = { title: 't', version: '1' };
  it.each([
    [null, /^o\.yaml: overlay: /],
    [{ overlay: '2.0.0', info, actions: [] }, /^o\.yaml: overlay: expected the version 1\.0\.0$/],
    [{ overlay: '1.0.0', info, actions: [] }, /^o\.yaml: actions: expected at least one action$/],
    [
      { overlay: '1.0.0', info, actions: [{ target: '$' }] },
      /^o\.yaml: actions\.0: expected `update` or `remove: true`$/,
    ],
    [
      { overlay: '1.0.0', info, actions: [{ target: 'paths', update: {} }] },
      /^o\.yaml: actions\.0: paths: invalid JSONPath: /,
    ],
    [
      { overlay: '1.0.0', info, actions: [{ target: '$', remove: true }] },
      /the document itself cannot be removed$/,
    ],
    [
      { overlay: '1.0.0', info, actions: [{ target: '$.openapi', update: {} }] },
      /expected an object or an array to update$/,
    ],
  ])('is rejected in one line: %j', (overlay, message) => {
    const act = () => applyOverlay(pets(), overlay, 'o.yaml');
    expect(act).toThrow(ConfigError);
    expect(act).toThrow(message);
    expect(act).not.toThrow('\n');
  });

  it.each([
    [
      'adds ever more',
      Array(30).fill({ target: '$..*', update: { a: { b: {} }, c: { d: {} } } }),
      /expected an object|adds more than 1000000 values/,
    ],
    [
      'doubles what it has',
      Array(60).fill({ target: '$.paths..[?@.x || !@.x]', update: { x: {}, y: {} } }),
      /./,
    ],
    [
      'goes ever deeper',
      Array.from({ length: 600 }, (_, depth) => ({
        target: `$.info${'.a'.repeat(depth)}`,
        update: { a: {} },
      })),
      /more than 500 levels/,
    ],
    [
      'looks through all of all',
      [{ target: '$..*..*..*', remove: true }],
      /has too many descendant segments/,
    ],
    [
      'looks through the document for each value',
      [{ target: '$..[?count($..*) > 1]', remove: true }],
      /has too many descendant segments/,
    ],
  ])('is rejected early if it %s', (_, actions, message) => {
    const before = process.cpuUsage();
    expect(() => apply(...actions)).toThrow(ConfigError);
    expect(() => apply(...actions)).toThrow(message);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
  });

  it('matches patterns in linear time', () => {
    const before = process.cpuUsage();
    const { paths: changed } = applyOverlay(
      { ...pets(), info: { title: `${'a'.repeat(5000)}!`, version: '1' } },
      {
        overlay: '1.0.0',
        info,
        actions: [
          { target: "$[?search(@.title, '(a+)+b') || match(@.title, '(a|aa)+')]", remove: true },
          { target: "$.paths.*[?match(@.operationId, 'list.*')]", update: { summary: 'A list' } },
        ],
      },
      'o.yaml',
    ).document;
    expect(changed?.['/pets']?.get?.summary).toBe('A list');
    expect(changed?.['/pets']?.post).not.toHaveProperty('summary');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
  });
});

it('All faults of an overlay are reported at once, each with its line and the nearest key', () => {
  const text = `overlay: 1.0.0
infos: { title: x, version: '1' }
actions:
  - target: $.paths
    updat: { x: 1 }
  - targt: $.info
    remove: true
  - target: 'paths['
    remove: true
x-note: fine
`;
  expect(() => applyOverlay(pets(), parseText(text, 'o.yaml'), 'o.yaml', () => new YamlText(text))).toThrow(
    new RegExp(
      [
        '^o\\.yaml:2: infos: .*`info`\\?',
        'o\\.yaml:4: actions\\.0: expected `update`.*',
        'o\\.yaml:5: actions\\.0\\.updat: .*`update`\\?',
        'o\\.yaml:6: actions\\.1\\.targt: .*`target`\\?',
        'o\\.yaml:8: actions\\.2: paths\\[: invalid JSONPath: [^\\n]*$',
      ].join('\n'),
    ),
  );
});
