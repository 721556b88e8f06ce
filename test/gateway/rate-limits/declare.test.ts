/** 429 in documents. */
import { expect, it } from '@jest/globals';
import { declareRateLimits } from '../../../src/gateway/rate-limits/declare.ts';
import { mergeDocuments } from '../../../src/openapi/merge/merge.ts';
import { document } from '../../support/gateway.ts';
import { configOf } from '../../support/rate-limits.ts';

const rulesOf = (more: object) => configOf([{ quota: 1, window: '1s', ...more }]).rules;
const get = (operationId: string, responses = {}) => ({ get: { operationId, responses } });

it('A document without limited operations stays the same object', () => {
  const services = [{ name: 'notes', document: document({ '/notes': get('listNotes', { '4XX': {} }) }) }];
  expect(declareRateLimits(services, rulesOf({}))).toEqual(services);
  expect(declareRateLimits(services, rulesOf({}))[0]).toBe(services[0]);
  expect(declareRateLimits(services, rulesOf({ services: ['other'] }))[0]).toBe(services[0]);
});

it('Path items that paths refer to are declared too, and the given document does not change', () => {
  const given = document(
    { '/notes': { $ref: '#/components/pathItems/notes' } },
    { pathItems: { notes: get('listNotes') } },
  );
  const before = structuredClone(given);
  const [declared] = declareRateLimits(
    [{ name: 'notes', document: given }],
    rulesOf({ operations: ['listNotes'] }),
  );
  expect(declared?.document.components).toMatchObject({
    pathItems: { notes: { get: { responses: { 429: { $ref: '#/components/responses/TooManyRequests' } } } } },
  });
  expect(given).toEqual(before);
});

it('Services share the response in the merged document, and one with a response of that name keeps it', () => {
  const own = { TooManyRequests: { description: 'own' } };
  const services = [
    { name: 'a', document: document({ '/a': get('a') }, { responses: own }) },
    { name: 'b', document: document({ '/b': get('b') }) },
    { name: 'c', document: document({ '/c': get('c') }) },
  ];
  const { paths = {}, components } = mergeDocuments(declareRateLimits(services, rulesOf({})));
  const referenceOf = (path: string): string => paths[path]?.get?.responses?.['429'].$ref.split('/').at(-1);
  const responses = components?.responses as Record<string, { description: string }>;
  expect(responses.TooManyRequests?.description).toBe('own');
  expect(referenceOf('/b')).toBe(referenceOf('/c'));
  for (const path of ['/a', '/b', '/c'])
    expect(responses[referenceOf(path)]?.description).toBe('Too many requests');
});
