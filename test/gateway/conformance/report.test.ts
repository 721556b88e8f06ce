import { afterEach, expect, it, jest } from '@jest/globals';
import { createReporter } from '../../../src/gateway/conformance/report.ts';

afterEach(() => void jest.restoreAllMocks());

it('The log has at most 20 lines per minute, and the next line has the number of omitted ones', () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(1000);
  const warn = jest.fn<(fields: object, message: string) => void>();
  const report = createReporter({ warn } as never);
  const times = (count: number) => {
    for (let n = 0; n < count; n++) report('shop', 'getItem', { kind: 'status', detail: '418' });
    return warn.mock.calls.splice(0).map(([fields]) => fields);
  };
  const line = { service: 'shop', operationId: 'getItem', kind: 'status', detail: '418' };
  expect(times(25)).toEqual(Array.from({ length: 20 }, () => line));
  now.mockReturnValue(60_999);
  expect(times(1)).toEqual([]);
  now.mockReturnValue(61_000);
  expect(times(2)).toEqual([{ ...line, unlogged: 6 }, line]);
  now.mockReturnValue(120_999);
  expect(times(20)).toHaveLength(18);
  now.mockReturnValue(121_000);
  expect(times(1)).toEqual([{ ...line, unlogged: 2 }]);
});
