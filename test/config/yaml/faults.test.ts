import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gatewaySchema } from '../../../src/config/gateway-schema.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { parseGatewayConfig } from '../../../src/config/yaml/gateway-yaml.ts';

const message = (read: () => unknown): string => {
  try {
    read();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};
const faults = (text: string): string[] =>
  message(() => parseGatewayConfig(text, 'gateway.yaml')).split('\n');

describe('Faults of gateway.yaml', () => {
  it('are reported together, each with its line, in the order of the file', () => {
    const text = `
services:
  books:
    documnt:
      books.yaml
    url: htp://x
    rateLimit: 10
    responses: enfroce
    cache: { staleIfEror: 1m }
    policy: { retries: 3 }
    operations:
      getBook: { polcy: fast }
      listBooks: { policy: fsat }
      exportBooks: { policy: fats }
  films:
    url: [http://a:1, b, c]
    upstrem: mock
  plays:
    document: 3
    ulr: http://x
policies:
  fast: { breaker: { kind: count, treshold: 3 } }
limits: { bdy: 3, expand: { depth: 0 } }
trustedProxies: [10.0.0.0/99]
allowedHosts: ["http://a"]
admin: { status: true }
`;
    expect(faults(text)).toEqual([
      expect.stringMatching(/^gateway\.yaml:4: services\.books\.documnt: .*did you mean `document`\?$/),
      expect.stringMatching(/^gateway\.yaml:6: services\.books\.url: .*got htp:\/\/x$/),
      expect.stringMatching(/^gateway\.yaml:7: services\.books\.rateLimit: .*expected one of document, /),
      expect.stringMatching(/^gateway\.yaml:8: services\.books\.responses: .*did you mean `enforce`\?$/),
      expect.stringMatching(
        /^gateway\.yaml:9: services\.books\.cache\.staleIfEror: .*did you mean `staleIfError`\?$/,
      ),
      expect.stringMatching(/^gateway\.yaml:10: services\.books\.policy\.retries: Unrecognized key/),
      expect.stringMatching(/^gateway\.yaml:12: services\.books\.operations\.getBook\.polcy: .*`policy`\?$/),
      expect.stringMatching(
        /^gateway\.yaml:13: services\.books\.operations\.listBooks\.policy: .*did you mean fast\?$/,
      ),
      expect.stringMatching(
        /^gateway\.yaml:14: services\.books\.operations\.exportBooks\.policy: .*did you mean fast\?$/,
      ),
      expect.stringMatching(/^gateway\.yaml:16: services\.films\.document: is missing/),
      expect.stringMatching(/^gateway\.yaml:16: services\.films\.url: .*got b and c$/),
      expect.stringMatching(/^gateway\.yaml:17: services\.films\.upstrem: .*did you mean `upstream`\?$/),
      expect.stringMatching(/^gateway\.yaml:19: services\.plays\.document: expected string, got number 3$/),
      expect.stringMatching(/^gateway\.yaml:20: services\.plays\.ulr: .*did you mean `url`\?$/),
      expect.stringMatching(
        /^gateway\.yaml:22: policies\.fast\.breaker\.treshold: .*did you mean `threshold`\?$/,
      ),
      expect.stringMatching(/^gateway\.yaml:23: limits\.bdy: .*did you mean `body`\?$/),
      expect.stringMatching(/^gateway\.yaml:23: limits\.expand\.depth: expected at least 1, got 0$/),
      expect.stringMatching(/^gateway\.yaml:24: trustedProxies\.0: .*got 10\.0\.0\.0\/99$/),
      expect.stringMatching(/^gateway\.yaml:25: allowedHosts\.0: /),
      expect.stringMatching(/^gateway\.yaml:26: admin\.status: /),
    ]);
  });

  it('are reported once if several services inherit them', () => {
    const services =
      'services: { a: { document: x, url: "http://a" }, b: { document: x, url: "http://b", policy: p } }';
    expect(faults(`policy: { deadline: soon }\npolicies: { p: { retry: often } }\n${services}`)).toEqual([
      expect.stringMatching(/^gateway\.yaml:1: policy\.deadline: /),
      expect.stringMatching(/^gateway\.yaml:2: policies\.p\.retry: /),
    ]);
  });

  it('include each line with a syntax error', () => {
    expect(faults('a: [\nb: }\nc: 1\n')).toHaveLength(2);
    expect(faults('services: {}\nservices: {}')).toEqual([
      expect.stringMatching(/^gateway\.yaml:2: invalid YAML: .*duplicated/),
    ]);
    const hostile = ['services: &s { a: *s }', `services: {}\npolicy: ${'['.repeat(20_000)}`];
    const doubled = Array.from(
      { length: 30 },
      (_, index) => `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`,
    );
    hostile.push(['a-1: &a-1 x', ...doubled].join('\n'), 'services: {}\npolicy: &p { retry: *p }');
    for (const text of hostile) for (const line of faults(text)) expect(line).toMatch(/^gateway\.yaml:\d+: /);
  });

  it.each([
    '',
    '3',
    '- 1',
    'services:',
    'services: []',
    'services: { a: 3 }',
    'services: { a: { operations: 3, policy: 3 } }',
  ])('never are a bare error: %j', (text) => {
    for (const line of faults(text)) expect(line).toMatch(/^gateway\.yaml:1: /);
  });

  it('suggest the right key for each misspelling by one letter', () => {
    const keys = Object.keys(gatewaySchema.shape).filter((key) => key !== 'services' && key.length > 5);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.nat(), (key, at) => {
        const place = 1 + (at % (key.length - 1));
        const wrong = key.slice(0, place) + key.slice(place + 1);
        fc.pre(!keys.includes(wrong));
        const [first] = faults(`services: {}\n${wrong}: 1`);
        expect(first).toMatch(/^gateway\.yaml:2: /);
        if (!['policis', 'polices', 'policie'].includes(wrong))
          expect(first).toContain(`did you mean \`${key}\`?`);
      }),
    );
  });

  it('have a location for arbitrary input', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }),
        fc.constantFrom('', 'services: ', 'policy: ', 'limits: '),
        (json, key) => {
          for (const line of faults(key + json).filter(Boolean)) expect(line).toMatch(/^gateway\.yaml:\d+: /);
        },
      ),
    );
  });
});

it('All invalid environment variables are reported together without their secrets', () => {
  const env = {
    PORT: 'eighty',
    LOG_LEVEL: 'inof',
    DATABASE_URL: 'mysql://me:s3cret@db',
    OTEL_TRACES_SAMPLER_ARG: '2',
  };
  const reported = message(() => readSettings(env));
  expect(reported.split('\n')).toEqual([
    'Environment variable PORT: expected number, got string "eighty"',
    'Environment variable DATABASE_URL: expected a URL that begins with postgres://',
    expect.stringMatching(/^Environment variable LOG_LEVEL: .*did you mean `info`\?$/),
    'Environment variable OTEL_TRACES_SAMPLER_ARG: expected at most 1, got "2"',
  ]);
  expect(reported).not.toContain('s3cret');
});
