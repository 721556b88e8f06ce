import { expect, it } from '@jest/globals';
import { OperationStats } from '../../../src/gateway/conformance/conformance-stats.ts';
import type { ResponseFault } from '../../../src/gateway/conformance/response-fault.ts';

const status = (detail: string): ResponseFault => ({ kind: 'status', detail });
const body = (pointer: string): ResponseFault => ({ kind: 'body', pointer, detail: 'is odd' });

it('Statistics count responses and their faults, each kind once per response', () => {
  const record = new OperationStats('getItem');
  expect(record.addChecked([])).toEqual([]);
  record.addUnverified();
  expect(record.addChecked([body('#/items/1'), body('#/items/2'), status('418')])).toEqual([
    body('#/items/2'),
    status('418'),
  ]);
  expect(record.addChecked([body('#/items/7')])).toEqual([]);
  expect(record.snapshot()).toMatchObject({
    operationId: 'getItem',
    checked: 3,
    drifted: 2,
    unverified: 1,
    why: { body: 2, status: 1 },
    faults: [
      { ...body('#/items/7'), count: 2, at: expect.stringMatching(/^\d{4}-.*Z$/) },
      { ...status('418'), count: 1 },
    ],
  });
});

it('Statistics keep the five latest faults, and a removed fault is new again', () => {
  const record = new OperationStats('getItem');
  const details = ['1', '2', '3', '4', '5', '6'];
  for (const detail of details) expect(record.addChecked([status(detail)])).toHaveLength(1);
  expect(record.snapshot().faults.map(({ detail }) => detail)).toEqual(['6', '5', '4', '3', '2']);
  expect(record.addChecked([status('2')])).toEqual([]);
  expect(record.addChecked([status('1')])).toEqual([status('1')]);
  expect(record.snapshot().faults.map(({ detail, count }) => [detail, count])).toEqual([
    ['1', 1],
    ['2', 2],
    ['6', 1],
    ['5', 1],
    ['4', 1],
  ]);
});
