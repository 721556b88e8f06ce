/** No origin matches a list by similarity: only the listed ones, and subdomains where the list says so. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { originMatcher, parseOrigin } from '../../../src/http/cors/origins.ts';

describe('A configured origin', () => {
  it.each([
    ['https://app.example', 'https://app.example'],
    ['HTTPS://App.Example:443', 'https://app.example'],
    ['http://app.example:80', 'http://app.example'],
    ['https://app.example:8443', 'https://app.example:8443'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://*.example.com', 'https://*.example.com'],
    ['https://*.Example.com:8443', 'https://*.example.com:8443'],
    ['http://*.localhost:3000', 'http://*.localhost:3000'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
  ])('The origin %s is read as %s', (text, origin) => {
    expect(parseOrigin(text)).toBe(origin);
  });

  it.each([
    'null',
    '',
    '*',
    'app.example',
    '//app.example',
    'https://',
    'https://app.example/',
    'https://app.example/path',
    'https://app.example?x',
    'https://app.example#x',
    'https://user@app.example',
    'https://user:secret@app.example',
    'https://*',
    'https://*.com',
    'https://*.10.0.0.1',
    'https://*.[::1]',
    'https://app.*.example.com',
    'https://a*.example.com',
    'https://**.example.com',
    'https://*.*.example.com',
    'https://app.example:99999',
    'https://app.example:*',
    'https://app example',
    'https://a.example,https://b.example',
    'file:///x',
    'file://host',
    'data://x',
    'wss://app.example',
    'capacitor://*.localhost',
    'java\nscript://x',
    `https://${'a'.repeat(400)}.example`,
  ])('The text %j is no origin', (text) => {
    expect(parseOrigin(text)).toBeUndefined();
  });
});

describe('The matcher of origins', () => {
  const list = [
    'https://app.example',
    'https://*.example.com',
    'http://localhost:5173',
    'https://*.dev.example:8443',
  ];

  it.each([
    'https://app.example',
    'https://a.example.com',
    'https://a.b.example.com',
    'https://xn--bcher-kva.example.com',
    'https://a_b.example.com',
    'http://localhost:5173',
    'https://x.dev.example:8443',
  ])('The origin %s is allowed', (origin) => {
    expect(originMatcher(list)(origin)).toBe(true);
  });

  it.each([
    '',
    'null',
    'NULL',
    '*',
    'http://app.example',
    'https://app.example:443',
    'https://app.example:8443',
    'https://app.example/',
    'https://APP.example',
    'HTTPS://app.example',
    'https://app.example.evil.com',
    'https://evilapp.example',
    'https://app.example@evil.com',
    'https://evil.com#https://app.example',
    'https://app.example, https://evil.com',
    ' https://app.example',
    'https://app.example.',
    'https://app-example',
    'https://appXexample',
    'https://example.com',
    'https://evilexample.com',
    'https://a.example.com.evil.com',
    'https://.example.com',
    'https://a..example.com',
    'https://-/.example.com',
    'https://evil.com/.example.com',
    'https://evil.com?.example.com',
    'https://evil.com#.example.com',
    'https://evil.com@.example.com',
    'https://evil.com:1.example.com',
    'https://evil.com\\.example.com',
    'https://evil.com\0.example.com',
    'https://ä.example.com',
    'https://A.example.com',
    'https://a.example.com:8443',
    'http://a.example.com',
    'https://*.example.com',
    'https://x.dev.example',
    'https://x.dev.example:84430',
    `https://${'a.'.repeat(20_000)}example.com`,
  ])('The origin %j is not allowed', (origin) => {
    expect(originMatcher(list)(origin)).toBe(false);
  });

  const label = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}[a-z0-9]$/);
  const host = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => `${labels.join('.')}.test`);
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
  const scheme = fc.constantFrom('http', 'https');
  const origin = fc.record({ scheme, host, port }).map((one) => {
    const url = new URL(`${one.scheme}://${one.host}${one.port === undefined ? '' : `:${one.port}`}`);
    return url.origin;
  });

  it('Without wildcards, exactly the listed origins are allowed', () => {
    fc.assert(
      fc.property(fc.array(origin, { maxLength: 5 }), origin, (origins, asked) => {
        expect(originMatcher(origins)(asked)).toBe(origins.includes(asked));
        for (const one of origins) expect(originMatcher(origins)(one)).toBe(true);
      }),
    );
  });

  it('A wildcard allows exactly the subdomains with the same scheme and port', () => {
    fc.assert(
      fc.property(origin, origin, fc.array(label, { maxLength: 3 }), (base, asked, labels) => {
        const { protocol, host: name } = new URL(base);
        const matches = originMatcher([`${protocol}//*.${name}`]);
        const sub = [...labels, name].join('.');
        expect(matches(`${protocol}//${sub}`)).toBe(labels.length > 0);
        const other = new URL(asked);
        expect(matches(asked)).toBe(other.protocol === protocol && other.host.endsWith(`.${name}`));
      }),
    );
  });

  it('No change of one character of an allowed origin is allowed', () => {
    fc.assert(
      fc.property(
        origin,
        fc.nat(),
        fc.string({ minLength: 0, maxLength: 2, unit: 'binary' }),
        (base, at, text) => {
          const place = at % (base.length + 1);
          const changed = base.slice(0, place) + text + base.slice(place + 1);
          const inserted = base.slice(0, place) + text + base.slice(place);
          const matches = originMatcher([base]);
          for (const one of [changed, inserted]) expect(matches(one)).toBe(one === base);
        },
      ),
    );
  });

  it('Whatever text is allowed by a wildcard is an origin whose host is a subdomain', () => {
    const start = fc.constantFrom('https://', 'https://evil.com', 'http://', '');
    const text = fc.oneof(
      fc.string({ maxLength: 12, unit: 'binary' }),
      fc.stringMatching(/^[a-z.:@/?#\\_-]{0,12}$/),
    );
    fc.assert(
      fc.property(
        start,
        text,
        fc.constantFrom('.example.com', 'example.com', '.example.com:443'),
        (before, middle, end) => {
          const asked = `${before}${middle}${end}`;
          if (!originMatcher(['https://*.example.com'])(asked)) return;
          const url = new URL(asked);
          expect(url.hostname.endsWith('.example.com')).toBe(true);
          expect([url.protocol, url.port, url.username, url.pathname]).toEqual(['https:', '', '', '/']);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
