/** Responses to paths that no document has. */
import { describe, expect, it } from '@jest/globals';
import {
  createUnavailableServices,
  DOCUMENT_RETRY,
} from '../../../src/gateway/routing/unavailable-services.ts';

const waiting = [
  { name: 'pets', prefix: '/pets' },
  { name: 'deep', prefix: '/a/b' },
];

describe('A path that no document has', () => {
  it.each([
    ['/pets', 'pets'],
    ['/pets/1', 'pets'],
    ['/pets?name=a', 'pets'],
    ['/a/b/c', 'deep'],
    ['/pets2', undefined],
    ['/pets.json', undefined],
    ['/pet', undefined],
    ['/x/pets', undefined],
    ['/a', undefined],
    ['/a/c', undefined],
    ['/', undefined],
  ])('The path %s may belong to the service %s', (path, name) => {
    const services = createUnavailableServices(waiting);
    expect(services.mayOwn(path)).toBe(name !== undefined);
    const { status, type, headers, message } = services.problem(path);
    if (name === undefined) {
      expect([status, type.code]).toEqual([404, 'not-found']);
      expect(headers?.['Retry-After']).toBeUndefined();
      expect(message).toBe('No operation has this path.');
    } else {
      expect([status, type.code]).toEqual([503, 'contract-unavailable']);
      expect(headers).toEqual({ 'Retry-After': '5' });
      expect(message).toBe(`The OpenAPI document of the service "${name}" is not available.`);
    }
  });

  it.each(['/', '/x', '/?a'])('The path %s may belong to a service without a prefix', (path) => {
    expect(createUnavailableServices([{ name: 'all', prefix: '' }]).mayOwn(path)).toBe(true);
    expect(createUnavailableServices([]).mayOwn(path)).toBe(false);
  });

  it('Retry-After equals the interval for reading the document', () => {
    expect(createUnavailableServices(waiting).problem('/pets').headers?.['Retry-After']).toBe(
      String(DOCUMENT_RETRY / 1000),
    );
  });
});
