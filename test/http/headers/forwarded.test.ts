import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { appendForwarded } from '../../../src/http/headers/forwarded.ts';

const forwarded = (
  remoteAddress: string,
  headers: Record<string, string>,
  trustProxy = false,
  encrypted = false,
) => {
  const raw: string[] = [];
  appendForwarded(
    raw,
    { headers, socket: { remoteAddress, encrypted } } as unknown as IncomingMessage,
    trustProxy,
  );
  return Object.fromEntries(raw.flatMap((name, i) => (i % 2 ? [] : [[name, raw[i + 1]]])));
};
const lies = {
  forwarded: 'for=1.1.1.1',
  'x-forwarded-for': '1.1.1.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'h',
};

describe('Forwarding headers', () => {
  it('Each request on a keep-alive connection has its own host', () => {
    const socket = { remoteAddress: '10.0.0.7' };
    const hosts = ['a.example', 'b.example', 'b.example', 'a.example'];
    const sent = hosts.map((host) => {
      const raw: string[] = [];
      appendForwarded(raw, { headers: { host }, socket } as unknown as IncomingMessage, false);
      return [raw[raw.indexOf('X-Forwarded-Host') + 1], /host=([^;]+)/.exec(raw.at(-1) ?? '')?.[1]];
    });
    expect(sent).toEqual(hosts.map((host) => [host, host]));
  });

  it('Headers of the client are replaced', () => {
    expect(forwarded('::ffff:10.0.0.7', { host: 'api.example:8080', ...lies })).toEqual({
      'X-Forwarded-For': '10.0.0.7',
      'X-Forwarded-Proto': 'http',
      'X-Forwarded-Host': 'api.example:8080',
      Forwarded: 'for=10.0.0.7;host="api.example:8080";proto=http',
    });
  });

  it('Headers of a trusted proxy are extended', () => {
    expect(forwarded('10.0.0.7', { host: 'inner', ...lies }, true)).toEqual({
      'X-Forwarded-For': '1.1.1.1, 10.0.0.7',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'h',
      Forwarded: 'for=1.1.1.1, for=10.0.0.7;host=inner;proto=http',
    });
  });

  it('An IPv6 address is quoted, and the protocol can be https', () => {
    expect(forwarded('2001:db8::1', { host: 'a"b' }, false, true).Forwarded).toBe(
      'for="[2001:db8::1]";host="a\\"b";proto=https',
    );
  });
});
