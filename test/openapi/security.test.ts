import { describe, expect, it } from '@jest/globals';
import { securedOperations, securityWarning } from '../../src/openapi/security.ts';
import { document } from '../support/gateway.ts';

const key = [{ key: [] }];

describe('Operations that declare security', () => {
  it.each([
    ['none, where nothing is said', undefined, undefined, []],
    ['those of a document that says it for all', key, undefined, ['getA']],
    ['those that say it themselves', undefined, key, ['getA']],
    ['not one that takes it back', key, [], []],
    ['not one for which it is optional', undefined, [{}, ...key], []],
    ['one with several ways, each with credentials', undefined, [...key, { oauth: ['read'] }], ['getA']],
  ])('are %s', (_, whole, own, expected) => {
    const get = { operationId: 'getA', ...(own && { security: own }) };
    const given = { ...document({ '/a': { get } }), ...(whole && { security: whole }) };
    expect(securedOperations(given as never)).toEqual(expected);
  });

  it('are named by method and path without an id', () => {
    expect(securedOperations(document({ '/a/{id}': { delete: { security: key } } }))).toEqual([
      'DELETE /a/{id}',
    ]);
  });

  it('are reported in one line, however many they are', () => {
    expect(securityWarning(['a'])).toMatch(/^a declares security, which the gateway does not enforce/);
    const many = Array.from({ length: 3000 }, (_, index) => `op${index}`);
    expect(securityWarning(many)).toMatch(/^op0, .*op7 and 2992 more declare security/);
  });
});
