import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { type HostRules, hostGuard } from '../../../src/http/server/allowed-hosts.ts';
import { trustProxy } from '../../../src/http/server/trust-proxy.ts';

const takes = (listensOn: string, rules: HostRules, host?: string, forwarded?: string): boolean => {
  const headers = { host, 'x-forwarded-host': forwarded };
  const req = { headers, socket: { remoteAddress: '127.0.0.1' } } as unknown as IncomingMessage;
  return hostGuard(listensOn, () => rules)(req) === undefined;
};

const LOCAL = [
  'localhost',
  'LOCALHOST:8080',
  'orders.localhost:1',
  'localhost.',
  '127.0.0.1:80',
  '127.9.9.9',
  '[::1]:80',
  '',
];
const FOREIGN = [
  'evil.example',
  'evil.example:8080',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'notlocalhost',
];

describe.each(['127.0.0.1', '127.5.5.5', '::1', 'localhost'])('Listener on %s', (listensOn) => {
  it.each(LOCAL)('Requests for %j are accepted', (host) => {
    expect(takes(listensOn, {}, host)).toBe(true);
  });

  it.each(FOREIGN)('Requests for %j are refused', (host) => {
    expect(takes(listensOn, {}, host)).toBe(false);
  });
});

describe.each(['0.0.0.0', '::', '192.0.2.1', 'api.example.com'])('Listener on %s', (listensOn) => {
  it.each([...LOCAL, ...FOREIGN])(
    'Requests for %j are accepted because any name may belong to the server',
    (host) => {
      expect(takes(listensOn, {}, host)).toBe(true);
    },
  );

  it.each(FOREIGN)('Requests for %j are refused by a list without that name', (host) => {
    expect(takes(listensOn, { allowed: ['good.example'] }, host)).toBe(false);
  });
});

describe('List of hosts', () => {
  it.each([
    [['api.example.com'], 'API.example.com:443', true],
    [['api.example.com'], 'api.example.com.', true],
    [['api.example.com'], 'www.api.example.com', false],
    [['.example.com'], 'example.com', true],
    [['.example.com'], 'a.b.example.com', true],
    [['.example.com'], 'badexample.com', false],
    [['*'], 'anything.example', true],
    [['api.example.com'], 'localhost:8080', true],
    [['api.example.com'], '192.0.2.1:8080', true],
    [['api.example.com'], undefined, true],
  ])('With the list %j a request for %j is accepted: %p', (allowed, host, isAccepted) => {
    expect(takes('127.0.0.1', { allowed }, host)).toBe(isAccepted);
  });

  it('The list applies to the host that a trusted proxy forwards', () => {
    const trusts = trustProxy({ trustProxy: false, trustedProxies: ['127.0.0.1'] });
    const rules = { allowed: ['api.example.com'], isTrustedProxy: trusts };
    expect(takes('127.0.0.1', rules, 'inner', 'api.example.com')).toBe(true);
    expect(takes('127.0.0.1', rules, 'api.example.com', 'evil.example')).toBe(false);
    expect(
      takes('127.0.0.1', { ...rules, isTrustedProxy: () => false }, 'evil.example', 'api.example.com'),
    ).toBe(false);
    expect(takes('127.0.0.1', { isTrustedProxy: trusts }, 'any.example')).toBe(true);
  });
});

describe('DNS rebinding', () => {
  const trusts = trustProxy({ trustProxy: false, trustedProxies: ['127.0.0.1'] });
  const rules = { allowed: ['api.example.com'], isTrustedProxy: trusts };

  it.each([
    'evil.example',
    'EVIL.example:8080',
    'evil.example.',
    'api.example.com.evil.example',
    'evil-api.example.com.example',
    'xapi.example.com',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '7f000001.rbndr.us',
    'local%68ost.evil.example',
    'a.127.0.0.1',
    '127.0.0.1x',
    '[::1].evil.example',
    'evil.example%00.localhost.x',
    'xn--evil.example',
    '-',
    '!',
  ])('A page that resolves %j to this server gets nothing, on any listener with a list', (host) => {
    for (const listensOn of ['127.0.0.1', '0.0.0.0', '::1'])
      for (const isTrustedProxy of [trusts, () => false])
        expect(takes(listensOn, { ...rules, isTrustedProxy }, host)).toBe(false);
    expect(takes('127.0.0.1', {}, host)).toBe(false);
  });

  it.each([
    ['api.example.com, evil.example', false],
    ['evil.example, api.example.com', false],
    ['localhost, evil.example', false],
    ['api.example.com,, evil.example', false],
    ['api.example.com, localhost', true],
    ['api.example.com, 10.0.0.1:8080', true],
    [',', true],
  ])(
    'If a proxy appends its host to that of a page, as in %j, the request is accepted: %p',
    (forwarded, expected) => {
      expect(takes('127.0.0.1', rules, 'localhost', forwarded)).toBe(expected);
    },
  );
});

it('The configured names of a service are accepted', () => {
  expect(takes('127.0.0.1', { ownNames: ['orders.internal'] }, 'orders.internal:8083')).toBe(true);
  expect(takes('127.0.0.1', { ownNames: ['orders.internal'] }, 'evil.example')).toBe(false);
});
