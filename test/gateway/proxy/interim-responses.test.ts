/** Interim responses that are forwarded to a client. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { forwardInterimResponses } from '../../../src/gateway/proxy/interim-responses.ts';

const passed = (version: readonly [number, number], state: object = {}) => {
  const [httpVersionMajor, httpVersionMinor] = version;
  const written: unknown[] = [];
  const res = {
    headersSent: false,
    destroyed: false,
    socket: { writableNeedDrain: false },
    writeInformation: (...given: unknown[]) => written.push(given),
    ...state,
  };
  const pass = forwardInterimResponses(
    { httpVersionMajor, httpVersionMinor } as IncomingMessage,
    res as unknown as ServerResponse,
  );
  pass?.(103, [
    'Link',
    '</a.css>; rel=preload',
    'Connection',
    'close',
    'keep-alive',
    'timeout=1',
    'X-A',
    'b',
  ]);
  return written;
};

const HINTS = [[103, ['Link', '</a.css>; rel=preload', 'X-A', 'b']]];

it.each<[number, number, boolean]>([
  [1, 0, false],
  [1, 1, true],
  [2, 0, true],
  [0, 9, true],
])(
  'A client of HTTP/%i.%i gets interim responses: %s, without headers of the connection',
  (major, minor, gets) => {
    expect(passed([major, minor])).toEqual(gets ? HINTS : []);
  },
);

it.each<[string, object]>([
  ['has its final head', { headersSent: true }],
  ['has left', { destroyed: true }],
  ['reads too slowly', { socket: { writableNeedDrain: true } }],
])('A client that %s gets no interim responses', (_, state) => {
  expect(passed([1, 1], state)).toEqual([]);
});

it('A closed connection does not cause an error', () => {
  expect(passed([1, 1], { socket: null })).toEqual(HINTS);
});
