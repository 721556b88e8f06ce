import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isEventStream } from '../../../src/http/event-stream.ts';
import { CallAborted } from '../../../src/outbound/call/call-errors.ts';
import type { OngoingCall } from '../../../src/outbound/call/types.ts';
import { MAX_BUFFERED_BYTES, UpstreamResponse } from '../../../src/outbound/call/upstream-response.ts';

const LENGTH = 100_000;
const controller = { pause: () => {}, resume: () => {}, abort: () => {} };

const arriving = () => {
  const answer = new UpstreamResponse(undefined, 200, [], controller);
  for (let i = 0; i < LENGTH; i++) answer.receive(Buffer.from('x'));
  return answer;
};

/** Sends an answer on, and counts in how many pieces. */
const piped = (answer: UpstreamResponse) => {
  const res = new ServerResponse(new IncomingMessage(new Socket()));
  const sent = { pieces: 0, bytes: 0 };
  const count = (chunk: string | Buffer) => {
    sent.pieces += 1;
    sent.bytes += chunk.length;
    return true;
  };
  res.write = count as typeof res.write;
  res.end = ((chunk?: string | Buffer) => {
    if (chunk !== undefined) count(chunk);
    return res;
  }) as typeof res.end;
  answer.pipe(res, []);
  return sent;
};

describe('A response that arrives byte by byte', () => {
  it('is buffered in few chunks until it is sent on', () => {
    const answer = arriving();
    answer.finish();
    const { pieces, bytes } = piped(answer);
    expect(bytes).toBe(LENGTH);
    expect(pieces).toBeLessThan(20);
  });

  it('is sent on in few chunks after it was too large to peek at', async () => {
    const answer = arriving();
    expect(await answer.peek(LENGTH / 2)).toBeUndefined();
    answer.finish();
    const { pieces, bytes } = piped(answer);
    expect(bytes).toBe(LENGTH);
    expect(pieces).toBeLessThan(20);
  });

  it('is read whole', async () => {
    const answer = arriving();
    answer.finish();
    expect((await answer.peek(LENGTH))?.length).toBe(LENGTH);
    expect((await answer.collect(LENGTH)).length).toBe(LENGTH);
  });
});

/** What an upstream connection is told, in order. */
const connection = () => {
  const told: string[] = [];
  const reasons: Error[] = [];
  const arrival = {
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
    abort: (reason: Error) => {
      told.push('abort');
      reasons.push(reason);
    },
  };
  return { told, reasons, arrival: arrival as never };
};

const response = (headers: string[] = [], call?: OngoingCall) => {
  const { told, reasons, arrival } = connection();
  return { told, reasons, answer: new UpstreamResponse(call, 200, headers, arrival) };
};

/** A response to a client that notes what is done with it. */
const client = ({
  te,
  writes = [],
  ...state
}: {
  te?: string;
  writes?: boolean[];
  [key: string]: unknown;
} = {}) => {
  const done: unknown[][] = [];
  const drains: (() => void)[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void done.push([name, ...args]);
  const res = {
    ...{ destroyed: false, headersSent: false, writableEnded: false, req: { headers: { te } }, ...state },
    ...{ writeHead: note('head'), flushHeaders: note('flush'), end: note('end'), destroy: note('destroy') },
    addTrailers: note('trailers'),
    write: (chunk: Buffer) => {
      done.push(['write', String(chunk)]);
      return writes.shift() ?? true;
    },
    once: (_event: string, then: () => void) => void drains.push(then),
  };
  return { res: res as never, done, drains };
};

const bytes = (length: number) => Buffer.alloc(length, 'x');

describe('A header of a response', () => {
  it('is the first with its name in any case, and never a value', () => {
    const { answer } = response(['A', 'b', 'B', '1', 'b', '2']);
    expect([answer.header('b'), answer.header('a'), answer.header('1')]).toEqual(['1', 'b', undefined]);
    answer.addHeader('C', '3');
    expect([answer.header('c'), answer.rawHeaders.length]).toEqual(['3', 8]);
  });
});

describe('A response that is sent to a client', () => {
  it.each([
    [0, undefined],
    [1, 'string'],
    [16_384, 'string'],
    [16_385, 'object'],
  ])('is sent in one write when its %d bytes are complete', (length, type) => {
    const { res, done } = client();
    UpstreamResponse.whole(203, [], bytes(length)).pipe(res, ['A', 'b']);
    expect(done.map(([name]) => name)).toEqual(['head', 'end']);
    expect(done[0]).toEqual(['head', 203, ['A', 'b']]);
    const [, body, encoding] = done[1] ?? [];
    expect([body?.constructor === String ? 'string' : body && 'object', encoding]).toEqual([
      type,
      type === 'string' ? 'latin1' : undefined,
    ]);
    expect((body as string | undefined)?.length ?? 0).toBe(length);
  });

  it.each([{ destroyed: true }, { headersSent: true }])('is aborted when the client has %j', (state) => {
    const { answer, told, reasons } = response();
    const { res, done } = client(state);
    answer.pipe(res, []);
    expect([done, told, reasons[0] instanceof CallAborted]).toEqual([[], ['abort'], true]);
  });

  it('has its head sent at once without a body, and otherwise with the first bytes', () => {
    for (const held of [0, 5]) {
      const { answer } = response();
      const { res, done } = client();
      if (held > 0) answer.receive(bytes(held));
      answer.pipe(res, []);
      answer.receive(Buffer.from('more'));
      answer.finish();
      expect(done.map(([name]) => name)).toEqual(
        held > 0 ? ['head', 'write', 'write', 'end'] : ['head', 'flush', 'write', 'end'],
      );
    }
  });

  it('is read no faster than the client reads it', () => {
    const { answer, told } = response();
    const { res, drains } = client({ writes: [true, false, false, true, false] });
    answer.pipe(res, []);
    answer.receive(bytes(1));
    expect([told, drains.length]).toEqual([[], 0]);
    answer.receive(bytes(1));
    answer.receive(bytes(1));
    expect([told, drains.length]).toEqual([['pause', 'pause'], 1]);
    drains[0]?.();
    expect(told.at(-1)).toBe('resume');
    answer.receive(bytes(1));
    expect([told.length, drains.length]).toEqual([3, 1]);
    answer.receive(bytes(1));
    expect([told.at(-1), drains.length]).toEqual(['pause', 2]);
  });

  it('is not written after its end, and closes the connection when it is truncated', () => {
    const { answer, told } = response();
    const { res, done } = client({ writableEnded: true });
    answer.pipe(res, []);
    answer.receive(bytes(1));
    answer.fail(new Error('broken'));
    expect([done.map(([name]) => name), told]).toEqual([['head', 'flush', 'destroy'], []]);
  });

  it.each<[te: string | undefined, isTold: boolean]>([
    [undefined, false],
    ['', false],
    ['gzip', false],
    ['xtrailers', false],
    ['trailers', true],
    ['gzip, Trailers;q=0.5', true],
  ])('has trailers where its client accepts them: TE %j, %s', (te, isTold) => {
    const trailers = [
      'X-Sum',
      '1',
      'Set-Cookie',
      'a=b',
      'CONTENT-LENGTH',
      '9',
      'Connection',
      'x',
      'X-More',
      '2',
    ];
    const expected = isTold
      ? [
          ['trailers', [['X-Sum', '1']]],
          ['trailers', [['X-More', '2']]],
        ]
      : [];
    for (const isEarly of [true, false]) {
      const { answer } = response();
      const { res, done } = client({ ...(te !== undefined && { te }) });
      if (isEarly) answer.finish(trailers);
      answer.pipe(res, []);
      if (!isEarly) answer.finish(trailers);
      expect(done.filter(([name]) => name === 'trailers')).toEqual(expected);
      expect(done.at(-1)?.[0]).toBe('end');
    }
  });
});

it.each([
  ['text/event-stream', true],
  ['text/plain', false],
])('A response of type %s may end after any byte: %s', (type, isStream) => {
  const { res } = client();
  response(['Content-Type', type]).answer.pipe(res, []);
  expect(isEventStream(res)).toBe(isStream);
});

it('A complete response in several large chunks is sent with all of them', () => {
  for (const pieces of [1, 2, 3]) {
    const { answer } = response();
    const { res, done } = client();
    for (let n = 0; n < pieces; n++) answer.receive(bytes(2000));
    answer.finish();
    answer.pipe(res, []);
    const sent = done.flatMap(([name, chunk]) =>
      name === 'head' || chunk === undefined ? [] : String(chunk),
    );
    expect(sent.join('').length).toBe(pieces * 2000);
  }
});

describe('The body of a response', () => {
  it('is buffered up to a limit, then waits for its reader', async () => {
    const { answer, told } = response();
    answer.receive(bytes(MAX_BUFFERED_BYTES));
    expect(told).toEqual([]);
    answer.receive(bytes(1));
    expect(told).toEqual(['pause']);
    const body = answer.collect(MAX_BUFFERED_BYTES + 2);
    expect(told).toEqual(['pause', 'resume']);
    answer.receive(bytes(1));
    answer.finish();
    expect((await body).length).toBe(MAX_BUFFERED_BYTES + 2);
    const other = response();
    other.answer.receive(bytes(1));
    void other.answer.collect(1);
    expect(other.told).toEqual([]);
  });

  it('is a stream that arrives no faster than it is read, and ends with the response', async () => {
    const { answer, told } = response();
    const body = answer.stream();
    answer.receive(Buffer.from('a'));
    expect(told).toEqual([]);
    answer.receive(bytes(body.readableHighWaterMark));
    expect(told).toEqual(['pause']);
    expect(body.read().length).toBe(body.readableHighWaterMark + 1);
    await new Promise(setImmediate);
    expect(told).toEqual(['pause', 'resume']);
    answer.receive(Buffer.from('last'));
    answer.finish();
    expect(String(Buffer.concat(await body.toArray()))).toBe('last');
    expect(told).not.toContain('abort');
  });

  it('is a stream that aborts the response with the reason for which it is closed', async () => {
    const reason = new Error('no more');
    for (const error of [undefined, reason]) {
      const { answer, reasons } = response();
      const body = answer.stream().on('error', () => {});
      body.destroy(error);
      await new Promise((resolve) => body.once('close', resolve));
      expect(reasons).toHaveLength(1);
      if (error) expect(reasons[0]).toBe(reason);
      else expect(reasons[0]).toBeInstanceOf(CallAborted);
    }
    const { answer, told } = response();
    const body = answer.stream();
    answer.fail(reason);
    await expect(body.toArray()).rejects.toBe(reason);
    expect(told).not.toContain('abort');
  });

  it.each([
    [10, 10],
    [11, undefined],
  ])('of %d bytes, collected with the limit 10, is %s', async (length, expected) => {
    for (const method of ['collect', 'whole', 'peek', 'copy'] as const) {
      const { answer, told } = response();
      const done: (Buffer | undefined)[] = [];
      const took =
        method === 'copy' ? answer.copy(10, (whole) => done.push(whole)) : answer[method](10).catch(String);
      answer.receive(bytes(5));
      answer.receive(bytes(length - 5));
      answer.finish();
      const got = method === 'copy' ? done[0] : await took;
      if (method === 'copy') expect(done).toHaveLength(1);
      if (expected !== undefined) expect([method, got?.length]).toEqual([method, expected]);
      else if (method === 'collect' || method === 'whole')
        expect(got).toBe('Error: The response is larger than 10 bytes.');
      else expect(got).toBeUndefined();
      // Only a body that is wanted whole is given up.
      if (method === 'collect') expect(told.includes('abort')).toBe(expected === undefined);
      if (method === 'copy') expect(told).toEqual([]);
      if (method === 'peek') expect((await answer.collect(length)).length).toBe(length);
    }
  });

  it('is awaited only if its declared length is within the limit', async () => {
    expect(await response(['Content-Length', '11']).answer.peek(10)).toBeUndefined();
    const { answer } = response(['Content-Length', '10']);
    const body = answer.peek(10);
    answer.receive(bytes(10));
    answer.finish();
    expect((await body)?.length).toBe(10);
  });

  it('aborts the response when it is read whole and is too large', async () => {
    const { answer, told } = response();
    const body = answer.whole(10);
    answer.receive(bytes(11));
    await expect(body).rejects.toThrow('larger than 10 bytes');
    expect(told).toEqual(['pause', 'abort']);
  });

  it('pauses once it is too large to peek at, and continues when it is read', async () => {
    const { answer, told } = response();
    const peeked = answer.peek(10);
    answer.receive(bytes(11));
    expect(await peeked).toBeUndefined();
    expect(told).toEqual(['pause']);
    const body = answer.collect(100);
    expect(told).toEqual(['pause', 'resume']);
    answer.receive(bytes(4));
    answer.finish();
    expect((await body).length).toBe(15);
  });

  it('that is truncated is an error for each reader, before and after', async () => {
    const reason = new Error('broken');
    for (const isEarly of [true, false])
      for (const method of ['collect', 'whole', 'peek'] as const) {
        const { answer, told } = response();
        if (isEarly) answer.fail(reason);
        const body = answer[method](10);
        if (!isEarly) answer.fail(reason);
        await expect(body).rejects.toBe(reason);
        answer.abort(reason);
        expect(told).toEqual([]);
      }
  });

  it.each(['before', 'between', 'after'] as const)(
    'is copied once, as it comes, with a copy asked for %s',
    (when) => {
      for (const isBroken of [true, false]) {
        const { answer } = response();
        const done: (string | undefined)[] = [];
        const copy = () => answer.copy(10, (whole) => done.push(whole && String(whole)));
        if (when === 'before') copy();
        answer.receive(Buffer.from('ab'));
        if (when === 'between') copy();
        answer.receive(Buffer.from('cd'));
        if (isBroken) answer.fail(new Error('broken'));
        else answer.finish();
        if (when === 'after') copy();
        expect(done).toEqual([isBroken ? undefined : 'abcd']);
      }
    },
  );

  it('that is discarded is read to its end where it is short', () => {
    for (const more of [0, 1]) {
      const { answer, told, reasons } = response();
      answer.discard();
      answer.receive(bytes(MAX_BUFFERED_BYTES));
      answer.receive(bytes(more));
      expect([told, reasons.every((reason) => reason instanceof CallAborted)]).toEqual([
        more > 0 ? ['abort'] : [],
        true,
      ]);
    }
  });
});

describe('A body that is read whole before any of it is sent', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const called = (remaining: number) => response([], { name: 'things', remaining } as never);

  it('has to arrive by the deadline of its call', async () => {
    const { answer, told, reasons } = called(50);
    void answer.peek(10).catch(() => {});
    jest.advanceTimersByTime(49);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['abort']);
    expect(reasons[0]).toMatchObject({ kind: 'timeout' });
  });

  it.each<[string, (answer: UpstreamResponse) => void]>([
    ['is whole', (answer) => answer.finish()],
    ['is too large', (answer) => answer.receive(bytes(11))],
    ['breaks off', (answer) => answer.fail(new Error('broken'))],
  ])('has no deadline after it %s', async (_what, end) => {
    const { answer, told } = called(50);
    void answer.peek(10).catch(() => {});
    end(answer);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(100);
    expect(told).not.toContain('abort');
  });

  it('has no deadline when it is complete, or without a call', () => {
    const { answer } = called(50);
    answer.finish();
    void answer.peek(10);
    void response().answer.peek(10);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('may have a deadline that is longer than any timer', () => {
    for (const remaining of [2 ** 31, Number.POSITIVE_INFINITY]) {
      const { answer, told } = called(remaining);
      void answer.peek(10);
      jest.advanceTimersByTime(2 ** 31 - 2);
      expect(told).toEqual([]);
    }
  });
});
