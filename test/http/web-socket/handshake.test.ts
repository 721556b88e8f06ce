import { describe, expect, it } from '@jest/globals';
import {
  acceptOf,
  asksForWebSocket,
  type HandshakeRequest,
  isAccepted,
} from '../../../src/http/web-socket/handshake.ts';

const handshake: HandshakeRequest = {
  method: 'GET',
  httpVersionMajor: 1,
  httpVersionMinor: 1,
  headers: { upgrade: 'websocket' },
};

describe('Request', () => {
  it.each(['websocket', 'WebSocket', 'WEBSOCKET'])('Upgrade: %s asks for WebSocket', (upgrade) => {
    expect(asksForWebSocket({ ...handshake, headers: { upgrade } })).toBe(true);
  });

  it.each<[string, Partial<HandshakeRequest>]>([
    ['without Upgrade', { headers: {} }],
    ['for another protocol', { headers: { upgrade: 'h2c' } }],
    ['for several protocols', { headers: { upgrade: 'websocket, h2c' } }],
    ['for a similar protocol', { headers: { upgrade: 'websockets' } }],
    ['with Content-Length', { headers: { upgrade: 'websocket', 'content-length': '0' } }],
    ['with Transfer-Encoding', { headers: { upgrade: 'websocket', 'transfer-encoding': 'chunked' } }],
    ['with POST', { method: 'POST' }],
    ['with HEAD', { method: 'HEAD' }],
    ['in HTTP/1.0', { httpVersionMinor: 0 }],
    ['in HTTP/2', { httpVersionMajor: 2, httpVersionMinor: 0 }],
  ])('A request %s does not ask for WebSocket', (_, part) => {
    expect(asksForWebSocket({ ...handshake, ...part })).toBe(false);
  });
});

describe('Response', () => {
  const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
  const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

  it('The accepted key is the one of RFC 6455 §1.3', () => {
    expect(acceptOf(KEY)).toBe(ACCEPT);
  });

  it.each([
    [['Upgrade', 'websocket', 'Sec-WebSocket-Accept', ACCEPT], true],
    [['upgrade', 'WebSocket', 'sec-websocket-accept', ACCEPT], true],
    [['Upgrade', 'websocket', 'Sec-WebSocket-Accept', ACCEPT.toLowerCase()], false],
    [['Upgrade', 'websocket'], false],
    [['Sec-WebSocket-Accept', ACCEPT], false],
    [['Upgrade', 'h2c', 'Sec-WebSocket-Accept', ACCEPT], false],
    [['Upgrade', 'websocket', 'Upgrade', 'h2c', 'Sec-WebSocket-Accept', ACCEPT], false],
  ])('The headers %j accept the handshake: %p', (received, isValid) => {
    expect(isAccepted(['Sec-WebSocket-Key', KEY], received)).toBe(isValid);
  });
});
