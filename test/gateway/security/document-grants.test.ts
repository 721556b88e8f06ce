import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../../../src/contract/caller.ts';
import { documentGrants } from '../../../src/gateway/security/document-grants.ts';

const caller = (...schemes: string[]): Caller => ({
  id: 'id',
  issuer: '',
  subject: 'anna',
  client: undefined,
  grants: new Map(schemes.map((scheme) => [scheme, new Set([`${scheme}:read`])])),
  expiresAt: 1,
  claims: {},
});

const granted = (names: Record<string, string>, ...schemes: string[]) => {
  const renamed = documentGrants(new Map(Object.entries(names)))?.(caller(...schemes));
  return [...(renamed?.grants ?? [])].map(([scheme, [scope]]) => `${scheme}=${scope}`);
};

describe('The grants that a service is told', () => {
  it('They have the names of the schemes in its document', () => {
    expect(granted({ bearerAuth: 'staff' }, 'staff')).toEqual(['bearerAuth=staff:read']);
    expect(granted({ a: 'staff', b: 'staff' }, 'staff')).toEqual(['a=staff:read', 'b=staff:read']);
  });

  it('Schemes that its document does not have keep their names', () => {
    expect(granted({ bearerAuth: 'staff' }, 'staff', 'key')).toEqual([
      'bearerAuth=staff:read',
      'key=key:read',
    ]);
  });

  it('A scheme is never taken for another scheme with its name', () => {
    expect(granted({ key: 'staff' }, 'key')).toEqual([]);
    expect(granted({ key: 'staff', staff: 'key' }, 'staff')).toEqual(['key=staff:read']);
  });

  it('Nothing is copied where the names are the same, or twice for one caller', () => {
    expect(documentGrants(new Map([['oauth', 'oauth']]))).toBeUndefined();
    const rename = documentGrants(new Map([['a', 'b']]));
    const one = caller('b');
    expect(rename?.(one)).toBe(rename?.(one));
  });
});
