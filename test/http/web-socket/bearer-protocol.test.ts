import { describe, expect, it } from '@jest/globals';
import { moveTokenToAuthorization, offeredBearer } from '../../../src/http/web-socket/bearer-protocol.ts';

/** Headers after the move, as services see them. */
function moved(protocols: string | undefined, authorization?: string) {
  const rawHeaders = ['Host', 'x'];
  if (protocols !== undefined) rawHeaders.push('Sec-WebSocket-Protocol', protocols);
  if (authorization !== undefined) rawHeaders.push('Authorization', authorization);
  const headers = { 'sec-websocket-protocol': protocols, authorization };
  const req = { headers: { ...headers }, rawHeaders };
  moveTokenToAuthorization(req);
  return {
    raw: rawHeaders.slice(2),
    protocols: req.headers['sec-websocket-protocol'],
    authorization: req.headers.authorization,
    hasBearer: offeredBearer(req),
  };
}

describe('Token as a subprotocol', () => {
  it.each([
    ['bearer.abc', [], undefined, 'Bearer abc', false],
    ['bearer, bearer.a.b.c', [], undefined, 'Bearer a.b.c', true],
    ['v1,bearer.abc , v2', ['v1, v2'], 'v1, v2', 'Bearer abc', false],
    ['bearer.', [], undefined, 'Bearer ', false],
  ])('%j becomes Authorization', (offered, left, protocols, authorization, hasBearer) => {
    const raw = left.flatMap((value) => ['Sec-WebSocket-Protocol', value]);
    expect(moved(offered)).toEqual({
      raw: [...raw, 'Authorization', authorization],
      protocols,
      authorization,
      hasBearer,
    });
  });

  it.each([undefined, 'v1', 'v1, v2', 'Bearer.abc', 'xbearer.abc'])('%j stays as it is', (offered) => {
    expect(moved(offered)).toMatchObject({ protocols: offered, authorization: undefined, hasBearer: false });
  });

  it('`bearer` without a token is removed, and other credentials stay', () => {
    expect(moved('bearer, v1', 'Basic abc')).toEqual({
      raw: ['Authorization', 'Basic abc', 'Sec-WebSocket-Protocol', 'v1'],
      protocols: 'v1',
      authorization: 'Basic abc',
      hasBearer: true,
    });
  });

  it.each([
    ['bearer.a, bearer.b', undefined],
    ['bearer.a, bearer.a', undefined],
    ['bearer.a', 'Bearer b'],
    ['bearer.a', 'Basic b'],
  ])('Several credentials are refused: %j and %j', (offered, authorization) => {
    expect(() => moved(offered, authorization)).toThrow('more than one token');
  });
});
