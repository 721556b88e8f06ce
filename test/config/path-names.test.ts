import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import { pathRenamer } from '../../src/config/path-names.ts';

const KNOWN = ['/orders', '/orders/{orderId}'];

describe('Public names of paths', () => {
  it('replace the paths of the contract', () => {
    const rename = pathRenamer('orders', { '/orders/{orderId}': '/of/{orderId}/one' }, KNOWN);
    expect(KNOWN.map(rename)).toEqual(['/orders', '/of/{orderId}/one']);
  });

  it.each([
    [
      'for a path that is not there, with the nearest',
      { '/order': '/o' },
      /^services\.orders\.paths: \/order: orders has no such path; did you mean \/orders\?$/,
    ],
    [
      'all at once',
      { '/order': '/o', '/orders': 'o' },
      /paths: \/order: [^\n]*\n.*paths: \/orders: expected/,
    ],
    ['without a parameter', { '/orders/{orderId}': '/o' }, /expected a path with \{orderId\}, got \/o/],
    ['that are no paths', { '/orders': 'o' }, /expected a path with no parameter, got o/],
  ])('are rejected %s', (_, names, message) => {
    const rename = () => pathRenamer('orders', names as Record<string, string>, KNOWN);
    expect(rename).toThrow(ConfigError);
    expect(rename).toThrow(message);
  });
});
