import { describe, expect, it } from '@jest/globals';
import { parseResponseHead } from '../../../../src/http/server/http2/response-head.ts';

describe('The head of a response', () => {
  it('Has names in lower case, and no fields of a connection', () => {
    expect(
      parseResponseHead(
        [
          'HTTP/1.1 201 A reason: with a colon',
          'Content-Type: text/plain',
          'Connection: keep-alive',
          'Keep-Alive: timeout=5',
          'Transfer-Encoding: chunked',
          'Upgrade: h2c',
          'Proxy-Connection: close',
          'TE: trailers',
          'Set-Cookie: a=1',
          'Set-Cookie: b=2',
        ].join('\r\n'),
      ),
    ).toEqual({
      status: 201,
      fields: ['content-type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
    });
  });

  it.each([
    ['X-A: b: c', 'b: c'],
    ['X-A:b', 'b'],
    ['X-A:', ''],
    ['X-A:  \t b \t', 'b'],
    ['X-A: \xe9', '\xe9'],
  ])('The line %j has its value without blanks around it', (line, value) => {
    expect(parseResponseHead(`HTTP/1.1 200 OK\r\n${line}`).fields).toEqual(['x-a', value]);
  });

  it('Needs no reason', () => {
    expect(parseResponseHead('HTTP/1.1 103 ').status).toBe(103);
  });
});
