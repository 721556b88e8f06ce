/** One attempt, with the events of its connection in each order. */
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Attempt } from '../../../src/outbound/call/attempt.ts';
import { CallAborted, CallFailure } from '../../../src/outbound/call/call-errors.ts';
import { CONTINUE } from '../../../src/outbound/call/interim-status.ts';
import { MAX_BUFFERED_BYTES } from '../../../src/outbound/call/upstream-response.ts';

const TIME = 1000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const raw = (headers: Readonly<Record<string, string>>): Buffer[] =>
  Object.entries(headers)
    .flat()
    .map((text) => Buffer.from(text, 'latin1'));

const begin = (request: object = {}) => {
  const call = { request: { method: 'GET', ...request }, isComplete: false, interrupt: undefined } as {
    isComplete: boolean;
    interrupt: ((reason: Error) => void) | undefined;
  };
  const over: unknown[] = [];
  const attempt = new Attempt(call as never, TIME, (failure) => over.push(failure));
  const settled: unknown[] = [];
  attempt.head.then(
    (received) => settled.push(received),
    (error) => settled.push(error),
  );
  const aborted: Error[] = [];
  const controller = {
    rawHeaders: [] as Buffer[],
    rawTrailers: undefined as Buffer[] | undefined,
    pause() {},
    resume() {},
  };
  const arrival = Object.assign(controller, {
    // undici reports every abort as an error.
    abort: (reason: Error) => {
      aborted.push(reason);
      attempt.onResponseError(arrival as never, reason);
    },
  });
  return {
    attempt,
    call,
    over,
    settled,
    aborted,
    start: () => attempt.onRequestStart(arrival as never),
    sent: () => attempt.onRequestSent(),
    head: (status: number, headers: Readonly<Record<string, string>> = {}) => {
      arrival.rawHeaders = raw(headers);
      attempt.onResponseStart(arrival as never, status, headers);
    },
    data: (text: string) => attempt.onResponseData(arrival as never, Buffer.from(text)),
    end: (trailers?: Readonly<Record<string, string>>) => {
      arrival.rawTrailers = trailers && raw(trailers);
      attempt.onResponseEnd(arrival as never);
    },
    broken: (error: Error = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' })) =>
      attempt.onResponseError(arrival as never, error),
    response: async () => await attempt.head,
  };
};

const turn = async () => {
  for (let n = 0; n < 5; n++) await Promise.resolve();
};

describe('An attempt', () => {
  it.each<[length: number | undefined, isAwaited: boolean]>([
    [undefined, false],
    [0, true],
    [MAX_BUFFERED_BYTES, true],
    [MAX_BUFFERED_BYTES + 1, false],
  ])('with a body of %s bytes settles when the body is complete: %s', async (length, isAwaited) => {
    const { start, head, end, settled, over, call } = begin();
    start();
    head(200, { A: 'b', ...(length !== undefined && { 'content-length': String(length) }) });
    await turn();
    expect([settled.length, over.length, call.isComplete]).toEqual([isAwaited ? 0 : 1, 0, false]);
    // The attempt timeout still applies to an awaited body, and not to a streamed one.
    expect(jest.getTimerCount()).toBe(isAwaited ? 1 : 0);
    end();
    await turn();
    expect([settled.length, over, call.isComplete]).toEqual([1, [undefined], true]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('returns the head, the body and the trailers as received', async () => {
    const { start, head, data, end, response } = begin();
    start();
    head(201, { A: 'b\xe9' });
    const received = await response();
    const body = received.collect(100);
    data('one');
    data('two');
    end({ Sum: '1' });
    expect([received.status, received.rawHeaders, String(await body)]).toEqual([
      201,
      ['A', 'b\xe9'],
      'onetwo',
    ]);
  });

  it('does not end a call that has begun another attempt', () => {
    const { start, head, end, call } = begin();
    start();
    head(503, {});
    call.interrupt = () => {};
    end();
    expect(call.isComplete).toBe(false);
  });

  it.each([
    [204, { 'content-length': '3', A: 'b' }, ['A', 'b'], 'abc'],
    [205, { 'content-length': '3', A: 'b' }, ['A', 'b', 'Content-Length', '0'], ''],
    [200, { 'content-length': '3', A: 'b' }, ['content-length', '3', 'A', 'b'], 'abc'],
  ])('of %d has content only where its status may', async (status, headers, expected, body) => {
    const { start, head, data, end, response } = begin();
    start();
    head(status, headers as never);
    data('abc');
    end();
    const received = await response();
    expect([received.rawHeaders, String(await received.collect(9))]).toEqual([expected, body]);
  });

  it.each<[status: number, coding: string | undefined, fault: string | undefined]>([
    [99, undefined, 'status'],
    [200, undefined, undefined],
    [599, undefined, undefined],
    [600, undefined, 'status'],
    [101, undefined, 'not-http'],
    [200, 'chunked', undefined],
    [200, ' CHUNKED ', undefined],
    [200, 'gzip, chunked', 'transfer-coding'],
    [200, 'identity', 'transfer-coding'],
  ])('with status %d and Transfer-Encoding %j has the fault %s', async (status, coding, fault) => {
    const { start, head, settled, aborted, over } = begin();
    start();
    head(status, coding === undefined ? {} : { 'transfer-encoding': coding });
    await turn();
    if (fault === undefined) expect([aborted, over]).toEqual([[], []]);
    else {
      expect(settled).toEqual([expect.objectContaining({ kind: 'invalid', fault })]);
      // No response was truncated.
      expect([aborted.length, over]).toEqual([1, [undefined]]);
    }
  });

  it('passes interim responses on up to a bound, and never a rewritten 100', async () => {
    const interims: [number, readonly string[]][] = [];
    const { start, head, settled } = begin({
      onInterim: (status: number, headers: readonly string[]) => interims.push([status, headers]),
    });
    start();
    for (let n = 0; n < 30; n++) head(CONTINUE);
    head(100);
    head(102);
    head(199, { Link: String(1) });
    for (let n = 0; n < 30; n++) head(103);
    await turn();
    expect([interims.length, settled]).toEqual([16, []]);
    expect(interims.slice(0, 4)).toEqual([
      [100, []],
      [102, []],
      [199, ['Link', '1']],
      [103, []],
    ]);
  });
});

describe('The time of an attempt', () => {
  it('ends the attempt at its timeout, and says whether there was a connection', async () => {
    for (const isConnected of [true, false]) {
      const { start, settled, over } = begin();
      if (isConnected) start();
      jest.advanceTimersByTime(TIME - 1);
      await turn();
      expect(settled).toEqual([]);
      jest.advanceTimersByTime(1);
      await turn();
      expect(settled).toEqual([expect.objectContaining({ kind: 'timeout', isConnected })]);
      expect([over, jest.getTimerCount()]).toEqual([[undefined], 0]);
    }
  });

  it('includes the body of a short response', async () => {
    const { start, head, settled } = begin();
    start();
    head(200, { 'content-length': '10' });
    jest.advanceTimersByTime(TIME);
    await turn();
    expect(settled).toEqual([expect.objectContaining({ kind: 'timeout' })]);
  });

  it('stops while an upload is read, and starts again when the upload pauses and when it was sent', () => {
    const body = new Readable({ read() {} });
    const { start, sent, aborted } = begin({ body });
    start();
    expect(jest.getTimerCount()).toBe(1);
    body.emit('resume');
    expect(jest.getTimerCount()).toBe(0);
    body.emit('pause');
    body.emit('pause');
    expect(jest.getTimerCount()).toBe(1);
    body.emit('resume');
    sent();
    expect(jest.getTimerCount()).toBe(1);
    // Later events of the stream have no effect.
    body.emit('resume');
    expect([jest.getTimerCount(), body.listenerCount('pause'), body.listenerCount('resume')]).toEqual([
      1, 0, 0,
    ]);
    jest.advanceTimersByTime(TIME);
    expect(aborted).toHaveLength(1);
  });

  it('does not start when the upload ends after the response, or after the attempt', () => {
    for (const end of [
      ({ head }: ReturnType<typeof begin>) => head(200),
      ({ broken }: ReturnType<typeof begin>) => broken(),
    ]) {
      const body = new Readable({ read() {} });
      const attempt = begin({ body });
      attempt.start();
      body.emit('resume');
      end(attempt);
      attempt.sent();
      expect(jest.getTimerCount()).toBe(0);
    }
  });

  it('leaves no listeners on the upload after the attempt', () => {
    const body = new Readable({ read() {} });
    const { start, broken } = begin({ body });
    start();
    broken();
    expect([body.listenerCount('pause'), body.listenerCount('resume')]).toEqual([0, 0]);
  });
});

describe('An aborted attempt', () => {
  it('ends at once while it waits for a connection', async () => {
    const { attempt, start, settled, over, aborted } = begin();
    const reason = new CallAborted();
    attempt.abort(reason);
    await turn();
    expect([settled, over, aborted]).toEqual([[reason], [undefined], []]);
    start();
    expect([aborted, over]).toEqual([[reason], [undefined]]);
  });

  it('aborts its connection once', async () => {
    const { call, start, settled, over, aborted } = begin();
    const reason = new CallAborted();
    start();
    call.interrupt?.(reason);
    call.interrupt?.(new Error('again'));
    await turn();
    expect([settled, over, aborted]).toEqual([[reason], [undefined], [reason]]);
  });

  it('is not aborted after its end', () => {
    const { attempt, start, head, end, broken, over, aborted } = begin();
    start();
    head(200);
    end();
    attempt.abort(new CallAborted());
    broken();
    expect([over, aborted]).toEqual([[undefined], []]);
  });
});

describe('An attempt whose connection fails', () => {
  it.each([
    [false, 'unreachable', false],
    [true, 'broken', true],
  ])('with a request that was started: %s, fails with the kind %s', async (isStarted, kind, isConnected) => {
    const { start, broken, settled, over, call } = begin();
    if (isStarted) start();
    broken();
    await turn();
    expect(settled).toEqual([expect.objectContaining({ kind, isConnected })]);
    expect([over, call.isComplete]).toEqual([[undefined], false]);
  });

  it('within a short response rejects', async () => {
    const { start, head, data, broken, settled, over } = begin();
    start();
    head(200, { 'content-length': '10' });
    data('half');
    broken();
    await turn();
    expect(settled).toEqual([expect.objectContaining({ kind: 'broken' })]);
    expect(over).toEqual([undefined]);
  });

  it.each<[string, Error, boolean]>([
    ['closed', Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' }), true],
    ['silent', Object.assign(new Error('silent'), { code: 'UND_ERR_BODY_TIMEOUT' }), false],
    ['aborted here', new CallAborted(), false],
    ['timed out here', new CallFailure({} as never, 'timeout'), false],
  ])(
    'within a long response rejects its body, and is a failure of the upstream unless it ended here: %s',
    async (_how, error, isUpstream) => {
      const { start, head, broken, response, over } = begin();
      start();
      head(200);
      const received = await response();
      const body = received.collect(100).catch((reason) => reason);
      broken(error);
      expect(over).toEqual([isUpstream ? expect.objectContaining({ kind: 'broken' }) : undefined]);
      expect(Error.isError(await body)).toBe(true);
    },
  );
});
