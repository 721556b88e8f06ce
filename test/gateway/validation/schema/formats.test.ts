/** Formats, as defined by their RFCs. */
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { addAllFormats, isKnownFormat } from '../../../../src/gateway/validation/schema/formats.ts';

const ajv = new Ajv2020({ logger: false });
addAllFormats(ajv);
const takes = (format: string, text: string): boolean => ajv.compile({ format })(text);

const TABLE: Readonly<Record<string, readonly [good: string[], bad: string[]]>> = {
  date: [
    ['2024-02-29', '2000-02-29', '0000-01-01'],
    ['2023-02-29', '1900-02-29', '2024-13-01', '2024-00-10', '2024-1-1', '2024-04-31', '২024-01-01'],
  ],
  time: [
    ['23:59:59Z', '12:00:00.5z', '23:59:60Z', '15:59:60-08:00', '12:00:00+01:30'],
    ['24:00:00Z', '12:00:00', '12:00:00+01', '12:00:00+0100', '22:59:60Z', '12:60:00Z', '12:00:00+24:00'],
  ],
  'date-time': [
    ['1985-04-12T23:20:50.52Z', '1985-04-12t23:20:50z', '1990-12-31T15:59:60-08:00'],
    [
      '1985-04-12T23:20:50+01',
      '1985-04-12 23:20:50Z',
      '1985-02-30T00:00:00Z',
      '1998-12-31T23:58:60Z',
      '1985-04-12T',
      '',
    ],
  ],
  duration: [
    ['P1Y', 'P1Y2M3DT4H5M6S', 'PT36H', 'P1W', 'P1DT12H', 'PT0S', 'P1M'],
    ['P1Y2D', 'P', 'PT', 'P1YT', 'P1H', '1Y', 'P1Y2W', 'PT1D', 'P1D2H', 'PT1H2S', 'P-1D'],
  ],
  uuid: [
    ['2eb8aa08-aa98-11ea-b4aa-73b441d16380', '2EB8AA08-AA98-11EA-B4AA-73B441D16380'],
    [
      'urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380',
      '2eb8aa08aa9811eab4aa73b441d16380',
      '2eb8aa08-aa98-11ea-b4aa',
    ],
  ],
  ipv4: [
    ['192.0.2.1', '0.0.0.0', '255.255.255.255'],
    ['256.1.1.1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.4/24'],
  ],
  ipv6: [
    ['::1', '2001:db8::1', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8', '::', '1::'],
    ['1:2:3:4:5:6:7', '1::2::3', '12345::', ':::', '1:2:3:4:5:6:7:8:9', '::1%eth0', '1:2:3:4:5:6:7::8:9'],
  ],
  uri: [
    [
      'http://example.com:8080/a?b#c',
      'urn:a:b',
      'mailto:a@example.com',
      'http://[::1]/',
      'a://b%20c',
      'http://a:b@c/',
    ],
    [
      'http://example.com:abc/path',
      '/relative',
      'http://a b/',
      'http://[::1/',
      'http://é/',
      'a:%zz',
      '://a',
      'http://a\\b',
      ':a',
    ],
  ],
  'uri-reference': [
    ['', '/a', '../a', '//example.com', '#f', 'a:b', '?q'],
    ['\\a', 'a b', '#a#b', 'é', '1:b/c', '%'],
  ],
  iri: [
    ['http://ƒøø.example/é', 'http://example.com/'],
    ['/é', 'http://é:x/', 'http://a\u200b<b'],
  ],
  'iri-reference': [
    ['é', '//ƒøø/é'],
    ['a\\b', 'a b'],
  ],
  'uri-template': [
    ['', '/a/{b}', '{+a,b*}', '{?a.b,c:3}', '{a.b}', 'é{x}', '{%20}'],
    ['{', '}', '{a', 'a{}', '{a b}', "a'b<", '{a..b}', '{a:10000}', '{{a}}', 'a b'],
  ],
  hostname: [
    ['example.com', 'localhost', 'a-b.c', '1a', `${'a'.repeat(63)}.com`, 'xn--bcher-kva.example'],
    [
      '',
      '-a',
      'a-',
      'a..b',
      'a_b',
      'é.com',
      `${'a'.repeat(64)}.com`,
      'a'.repeat(254),
      'xn--X',
      'ab--cd',
      '.a',
      'a.',
    ],
  ],
  'idn-hostname': [
    ['例え.テスト', 'bücher.example', 'example.com', 'l·l', 'ー・ア'],
    ['', '-é', 'é-', 'a・b', '\u0300a', 'a·l', 'é_b', `é${'a'.repeat(63)}`],
  ],
  email: [
    ['a@example.com', 'a.b+c@x.example', '"a b"@example.com', 'a@[127.0.0.1]', 'a@[IPv6:::1]'],
    [
      'a',
      '@a',
      'a@',
      'a..b@c.example',
      '.a@b.example',
      'a@b_c.example',
      'a b@c.example',
      'a@é.example',
      'a@[300.0.0.1]',
      'a@b@c.example',
    ],
  ],
  'idn-email': [
    ['é@é.example', 'a@example.com'],
    ['é', '@é.example', 'é é@example.com'],
  ],
  regex: [
    ['^a(b|c)*$', '\\d'],
    ['(', '[', '\\Z', '^('],
  ],
  'json-pointer': [
    ['', '/a~0b', '/a~1b'],
    ['a', '/a~2', '/~'],
  ],
};

describe.each(Object.entries(TABLE))('%s', (format, [good, bad]) => {
  it.each(good)('accepts %j', (text) => expect(takes(format, text)).toBe(true));
  it.each(bad)('rejects %j', (text) => expect(takes(format, text)).toBe(false));

  it('takes linear time', () => {
    const begin = process.cpuUsage();
    for (const part of [
      'a',
      '1',
      '-',
      '.',
      ':',
      '/',
      '%',
      '%41',
      '{a}',
      '{',
      'a.',
      '1:',
      '@',
      '"',
      '\\"',
      'xn--',
      ' ',
      'P1',
      'é',
      '0',
    ])
      takes(format, part.repeat(100_000 / part.length));
    const { user, system } = process.cpuUsage(begin);
    // Quadratic time would take minutes.
    expect((user + system) / 1e6).toBeLessThan(10);
  });
});

it('Only checked formats are known, and no inherited property', () => {
  expect(Object.keys(TABLE).filter((name) => !isKnownFormat(name))).toEqual([]);
  expect(['constructor', '__proto__', 'shoe-size'].filter(isKnownFormat)).toEqual([]);
});
