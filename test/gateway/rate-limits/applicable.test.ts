/** The operations that a rule names. */
import { expect, it } from '@jest/globals';
import { unknownOperations } from '../../../src/gateway/rate-limits/applicable.ts';
import { configOf } from '../../support/rate-limits.ts';

const rulesOf = (more: object) => configOf([{ quota: 1, window: '1s', ...more }]).rules;
const operation = (service: string, operationId: string) => ({ service, operationId, method: 'GET' });
const known = [operation('orders', 'listOrders'), operation('notes', 'listNotes')];

it.each([
  ['an operation of any service', { operations: ['listOrders', 'listNotes'] }, []],
  ['an operation of its service', { operations: ['listNotes'], services: ['notes'] }, []],
  [
    'an operation of another service',
    { operations: ['listOrders'], services: ['notes'] },
    ['there is no operation "listOrders"; did you mean listNotes?'],
  ],
  [
    'a misspelled one',
    { operations: ['listOrder'] },
    ['there is no operation "listOrder"; did you mean listOrders?'],
  ],
  ['none', {}, []],
])('A rule that names %s is checked', (_, more, messages) => {
  const faults = unknownOperations(rulesOf(more), known, () => true);
  expect(faults.map(({ message }) => message)).toEqual(messages);
});

it('An operation of a document that is not available yet is not unknown', () => {
  const isComplete = (services: readonly string[] | undefined) =>
    services !== undefined && !services.includes('bills');
  expect(unknownOperations(rulesOf({ operations: ['listBills'] }), known, isComplete)).toEqual([]);
  const ofNotes = rulesOf({ operations: ['listBills'], services: ['notes'] });
  expect(unknownOperations(ofNotes, known, isComplete)).toHaveLength(1);
});
