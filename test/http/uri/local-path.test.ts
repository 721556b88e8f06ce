import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localPath } from '../../../src/http/uri/local-path.ts';
import { urlPiece } from '../../support/url-pieces.ts';

describe('A path of this server', () => {
  it.each([
    ['/', '/'],
    ['/orders?limit=1#x', '/orders?limit=1'],
    ['/a/../b', '/b'],
    ['/ä b', '/%C3%A4%20b'],
    ['/https://evil.example', '/https://evil.example'],
    ['/%2f%2fevil.example', '/%2f%2fevil.example'],
  ])('%j is %j', (text, path) => {
    expect(localPath(text)).toBe(path);
  });

  it.each([
    '',
    'a',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    'http:/a',
  ])('%j is none', (text) => {
    expect(localPath(text)).toBeUndefined();
  });

  it('Leads to this server in a browser, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(urlPiece), (pieces) => {
        const path = localPath(pieces.join(''));
        if (path === undefined) return;
        expect(new URL(path, 'https://own.example').origin).toBe('https://own.example');
        expect(localPath(path)).toBe(path);
      }),
    );
  });
});
