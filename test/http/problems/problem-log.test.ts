import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Problem } from '../../../src/contract/problem.ts';
import { badGateway, serviceUnreachable } from '../../../src/contract/problems.ts';
import { createProblemLog } from '../../../src/http/problems/problem-log.ts';

const request = { requestId: 'r-1', method: 'GET', path: '/x' };
const refused = (service: string) =>
  new Problem(serviceUnreachable, 'No connection.', {
    cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    extensions: { service },
  });

describe('Problem log', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('Each kind is logged once a minute with its cause and the number of suppressed ones', () => {
    const warn = jest.fn();
    const log = createProblemLog({ warn });
    for (let n = 0; n < 5; n++) log(refused('orders'), request);
    const kind = { problem: 'service-unreachable', service: 'orders', cause: 'ECONNREFUSED' };
    const entry = { ...kind, meaning: 'nothing listens at its address, ECONNREFUSED', ...request };
    expect(warn.mock.calls).toEqual([[entry, 'No connection.']]);
    jest.advanceTimersByTime(60_000);
    log(refused('orders'), request);
    expect(warn.mock.calls[1]).toEqual([{ ...entry, suppressed: 4 }, 'No connection.']);
  });

  it('Kinds differ by problem, service and cause', () => {
    const warn = jest.fn();
    const log = createProblemLog({ warn });
    log(refused('orders'), request);
    log(refused('consumers'), request);
    log(new Problem(badGateway, 'Broken.', { extensions: { service: 'orders' } }), request);
    log(new Problem(badGateway, 'Broken.', { extensions: { service: 'orders' } }), request);
    expect(warn).toHaveBeenCalledTimes(3);
  });

  it('The number of kinds is limited', () => {
    const warn = jest.fn();
    const log = createProblemLog({ warn });
    for (let n = 0; n < 1500; n++) log(refused(`s${n}`), request);
    jest.advanceTimersByTime(60_000);
    log(refused('s0'), request);
    log(refused('s0'), request);
    expect(warn).toHaveBeenCalledTimes(1001);
  });
});
