import { expect, it } from '@jest/globals';
import { bodyFault, faultKey } from '../../../src/gateway/conformance/response-fault.ts';

it.each([
  ['#', '#'],
  ['#/items/12/price', '#/items/12/price'],
  ['#/$ref/_a.b-c', '#/$ref/_a.b-c'],
  ['#/ada@example.com/name', '#/*/name'],
  ['#/two words', '#/*'],
  ['#/1234567', '#/*'],
  ['#/9lives', '#/*'],
  [`#/${'a'.repeat(64)}`, `#/${'a'.repeat(64)}`],
  [`#/${'a'.repeat(65)}`, '#/*'],
  ['#/', '#/*'],
])('The pointer %s is shown as %s', (pointer, shown) => {
  expect(bodyFault(pointer, 'is odd')).toEqual({ kind: 'body', pointer: shown, detail: 'is odd' });
});

it('Faults that differ in list indexes only have the same key', () => {
  const of = (pointer: string, detail = 'is odd') => faultKey({ kind: 'body', pointer, detail });
  expect(of('#/items/1/tags/2')).toBe(of('#/items/30/tags/4'));
  expect(of('#/items/1')).toBe(of('#/items/2'));
  for (const [pointer, detail] of [
    ['#/items/1/price', 'is odd'],
    ['#/items/1', 'is even'],
    ['#/items/x1'],
    ['#/items/1x'],
  ] as const)
    expect(of(pointer, detail)).not.toBe(of('#/items/1'));
  expect(faultKey({ kind: 'header', detail: 'is odd' })).not.toBe(
    faultKey({ kind: 'status', detail: 'is odd' }),
  );
});
