// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references under test
/** References to environment variables and files in gateway.yaml, whose values never show in a fault. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from '../../../src/config/config-error.ts';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';
import { referencedFiles, resolveReferences } from '../../../src/config/yaml/references.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'linkway-references-'));
  writeFileSync(join(folder, 'secret'), 's3cret\n');
  writeFileSync(join(folder, 'windows'), 's3cret\r\n');
  writeFileSync(join(folder, 'lines'), 'a\nb\n\n');
  writeFileSync(join(folder, 'empty'), '\n');
  writeFileSync(join(folder, 'binary'), Buffer.from([1, 0, 2]));
  writeFileSync(join(folder, 'large'), 'x'.repeat(64 * 1024 + 1));
  mkdirSync(join(folder, 'directory'));
  symlinkSync(join(folder, 'secret'), join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ENV = {
  HOST: 'orders',
  PORT: '8083',
  EMPTY: '',
  BRACES: '{a: [1]}',
  REFERENCE: '${HOST}',
  QUOTE: '"\n- x',
};
const resolved = (value: unknown, env: Record<string, string> = ENV) =>
  resolveReferences(value, { env, folder });
const faultsOf = (text: string, env: Record<string, string> = ENV): readonly string[] => {
  try {
    parseGatewayConfig(text, join(folder, 'gateway.yaml'), { env });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) => fault.replace(`${folder}/`, ''));
  }
};

describe('A reference in a value', () => {
  it.each([
    ['${HOST}', 'orders'],
    ['http://${HOST}:${PORT}/x', 'http://orders:8083/x'],
    ['${HOST}${HOST}', 'ordersorders'],
    ['${NOTHING:-there}', 'there'],
    ['${EMPTY:-there}', 'there'],
    ['${HOST:-there}', 'orders'],
    ['${NOTHING:-}', ''],
    ['${NOTHING:-a:-b}', 'a:-b'],
    ['$${HOST}', '${HOST}'],
    ['$$${HOST}', '$${HOST}'],
    ['$HOST', '$HOST'],
    ['{HOST}', '{HOST}'],
    ['${BRACES}', '{a: [1]}'],
    ['${QUOTE}', '"\n- x'],
    // What a variable contains is no reference.
    ['${REFERENCE}', '${HOST}'],
    ['${file:secret}', 's3cret'],
    ['${file:windows}', 's3cret'],
    ['${file:lines}', 'a\nb\n'],
    ['${file:link}', 's3cret'],
    ['Bearer ${file:./secret}', 'Bearer s3cret'],
  ])('The value %j becomes %j', (text, expected) => {
    const { value, faults } = resolved({ a: [{ b: text }] });
    expect([value, faults]).toEqual([{ a: [{ b: expected }] }, []]);
  });

  it.each([
    ['${NOTHING}', '${NOTHING} is not set; set the environment variable, or write ${NOTHING:-default}'],
    ['${EMPTY}', '${EMPTY} is not set'],
    ['${toString}', '${toString} is not set'],
    ['${__proto__}', '${__proto__} is not set'],
    ['${}', '${} is no reference; write $${ for the text ${'],
    ['${a b}', '${a b} is no reference'],
    ['${1A}', '${1A} is no reference'],
    ['${HOST-x}', '${HOST-x} is no reference'],
    ['${HOST', '${HOST is not closed'],
    ['${A:-${HOST}}', '${A:-${HOST} has a reference in its default'],
    ['${file:nothing}', '${file:nothing} does not exist'],
    ['${file:}', '${file:} is not a file'],
    ['${file:directory}', '${file:directory} is not a file'],
    ['${file:empty}', '${file:empty} is empty'],
    ['${file:binary}', '${file:binary} is not a text'],
    ['${file:large}', '${file:large} is larger than 64 kB'],
    ['${file:/dev/zero}', '${file:/dev/zero} is not a file'],
  ])('The value %j is a fault', (text, expected) => {
    const { faults } = resolved({ a: [{ b: text }] });
    expect(faults).toEqual([{ path: ['a', 0, 'b'], message: expect.stringContaining(expected) }]);
  });

  it('Keys, numbers and other values stay as they are', () => {
    const value = { '${HOST}': [1, true, null, '$', 1.5, {}], b: [] };
    expect(resolved(value)).toMatchObject({ value, faults: [], fingerprint: '' });
  });

  it('A text without references is never changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.includes('${'));
        expect(resolved(text).value).toBe(text);
      }),
    );
  });

  it('Any text can be written with an escape, and any variable is inserted as it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (text, inserted) => {
          fc.pre(!text.endsWith('$'));
          const written = `${text.replaceAll('${', '$$$${')}\${X}`;
          expect(resolved(written, { X: inserted }).value).toBe(text + inserted);
        },
      ),
    );
  });

  it('The size of all replaced texts is bounded', () => {
    const many = Array.from({ length: 500 }, () => '${X}');
    expect(resolved(many, { X: 'x'.repeat(60_000) }).faults[0]?.message).toBe(
      'the references add more than 10 MB',
    );
  });

  it('The fingerprint changes with each replaced value, and with nothing else', () => {
    const fingerprint = (env: Record<string, string>) => resolved(['${A}', '${B:-b}'], env).fingerprint;
    const first = fingerprint({ A: 'a' });
    expect(fingerprint({ A: 'a', C: 'c' })).toBe(first);
    expect(new Set([first, fingerprint({ A: 'x' }), fingerprint({ A: 'a', B: 'x' })]).size).toBe(3);
    expect(first).not.toContain('a:');
  });

  it('Files that a text refers to are found, also in a broken text', () => {
    expect(referencedFiles('a: ${file:x}\nb: [${file:/run/secrets/y}, ${file:x}', '/etc')).toEqual([
      '/etc/x',
      '/run/secrets/y',
    ]);
  });
});

describe('gateway.yaml', () => {
  it('Values of services and of the gateway may have references', () => {
    const text = `
cors: { origins: ["\${ORIGIN}"] }
policy:
  deadline: \${DEADLINE:-7s}
services:
  orders:
    document: \${DOCS:-docs}/orders.yaml
    url: ["http://\${HOST}:\${PORT}", "\${SPARE}"]
    prefix: \${PREFIX:-}
`;
    const { cors, services } = parseGatewayConfig(text, '/etc/gateway.yaml', {
      env: { ...ENV, ORIGIN: 'https://app.example', SPARE: 'http://spare:1' },
    });
    expect(cors?.origins).toEqual(['https://app.example']);
    expect(services[0]).toMatchObject({
      document: '/etc/docs/orders.yaml',
      urls: ['http://orders:8083', 'http://spare:1'],
      prefix: '',
    });
    expect(services[0]?.policy.deadline).toBe(7000);
  });

  it('All missing references are reported at once, with their lines, and nothing else about their values', () => {
    const text = `services:
  a:
    document: \${A_DOCUMENT}
    url: \${A_URL}
  b:
    document: b.yaml
    url: ["\${B_URL}"]
    prefix: \${file:prefix}
    cache: of
trustedProxies: ["\${PROXY}"]
`;
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/^gateway.yaml:3: services.a.document: \$\{A_DOCUMENT\} is not set/),
      expect.stringMatching(/^gateway.yaml:4: services.a.url: \$\{A_URL\} is not set/),
      expect.stringMatching(/^gateway.yaml:7: services.b.url.0: \$\{B_URL\} is not set/),
      expect.stringMatching(/^gateway.yaml:8: services.b.prefix: \$\{file:prefix\} does not exist/),
      expect.stringMatching(/^gateway.yaml:9: services.b.cache: expected/),
      expect.stringMatching(/^gateway.yaml:10: trustedProxies.0: \$\{PROXY\} is not set/),
    ]);
  });

  const SECRET = 'v3ry-S3cret-value';
  it.each([
    [
      'services: { a: { document: a, url: "${X}" } }',
      'services.a.url: expected a URL with scheme, host and port',
    ],
    ['services: { a: { document: a, url: ["${X}", "http://b"] } }', 'services.a.url: expected a URL'],
    ['services: { a: { document: a, url: "http://a", policy: "${X}" } }', 'services.a.policy: is not valid'],
    ['services: { a: { document: a, url: "http://a", cache: "${X}" } }', 'services.a.cache: expected'],
    [
      'services: { a: { document: a, url: "http://a", prefix: "${X}" } }',
      'services.a.prefix: expected a path',
    ],
    ['services: "${X}"', 'services: expected object'],
    ['services: {}\ntrustedProxies: ["${X}"]', 'trustedProxies.0: expected an address'],
    ['services: {}\ncors: { origins: ["https://${X}/"] }', 'cors.origins.0: expected an origin'],
    ['services: {}\nlimits: { body: "${X}" }', 'limits.body: expected a size'],
    ['services: {}\nadmin: { port: "${X}" }', 'admin.port: expected number'],
    ['services: {}\naddresses: { allow: "${X}" }', 'addresses.allow: expected array'],
    ['services: {}\npolicy: { retry: "${X}" }', 'policy.retry'],
  ])('In %j the fault names the reference and not its value', (text, expected) => {
    const faults = faultsOf(text, { X: SECRET });
    expect(faults).toEqual([expect.stringContaining(expected)]);
    expect(faults[0]).toMatch(/; the value comes from \$\{X\}$/);
    expect(faults.join().toLowerCase()).not.toContain(SECRET.toLowerCase());
  });

  it('No part of a secret is in a fault, wherever it is used', () => {
    const keys = fc.constantFrom(
      'services',
      'trustProxy',
      'trustedProxies',
      'allowedHosts',
      'cors',
      'addresses',
      'hsts',
      'limits',
      'policy',
      'policies',
      'admin',
      'reload',
      'accessLog',
      'cache',
    );
    const inner = fc.constantFrom(
      'a',
      'origins',
      'allow',
      'url',
      'document',
      'body',
      'port',
      'retry',
      'deadline',
      'maxAge',
    );
    const leaf = fc.constantFrom('${X}', 'https://${X}', '${X}:80', 'x${X}', 5, true);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.dictionary(inner, tie('tree'), { maxKeys: 3 }),
        fc.array(tie('tree'), { maxLength: 2 }),
      ),
    }));
    const secret = fc.stringMatching(/^[A-Za-z0-9"\\ /-]{12,90}$/).map((text) => `Q9${text}`);
    fc.assert(
      fc.property(fc.dictionary(keys, tree, { maxKeys: 4 }), secret, (config, value) => {
        const text = faultsOf(JSON.stringify({ services: {}, ...config }), { X: value })
          .join('\n')
          .toLowerCase();
        for (const part of [value, JSON.stringify(value).slice(1, -1)])
          expect(text).not.toContain(part.slice(0, 10).toLowerCase());
      }),
      { numRuns: 300 },
    );
  });
});

describe('A process other than the gateway', () => {
  const parse = (text: string) =>
    parseGatewayConfig(text, join(folder, 'gateway.yaml'), { env: ENV, ignoresMissing: true });

  it('It needs none of the variables and files, and sees all other values', () => {
    const { services, ...config } = parse(`
cors: { origins: ["\${ORIGIN}", "https://app.example"] }
trustedProxies: ["\${PROXY}", 10.0.0.1, "\${PROXY2}"]
allowedHosts: ["\${A_HOST}", api.example]
accessLog: false
services:
  a:
    document: a.yaml
    url: ["\${A_URL}", "http://\${HOST}:1"]
    prefix: \${A_PREFIX}
    paths: { /a: /b }
    mirror: { url: "\${file:shadow}" }
  b: { document: b.yaml, url: "\${B_URL}", prefix: /b }
`);
    expect(config).toMatchObject({
      trustedProxies: ['10.0.0.1'],
      allowedHosts: ['api.example'],
      accessLog: false,
    });
    expect(services.map(({ name, urls, prefix, paths }) => ({ name, urls, prefix, paths }))).toEqual([
      { name: 'a', urls: ['http://unset.invalid', 'http://orders:1'], prefix: '', paths: { '/a': '/b' } },
      { name: 'b', urls: ['http://unset.invalid'], prefix: '/b', paths: {} },
    ]);
  });

  it('Other faults are still reported, and a value that cannot be left out', () => {
    expect(() => parse('services: { a: { document: a, url: "${X}", prefx: /a } }')).toThrow(
      'did you mean `prefix`?',
    );
    expect(() => parse('services: "${X}"')).toThrow('gateway.yaml:1: services: ${X} is not set');
  });
});
