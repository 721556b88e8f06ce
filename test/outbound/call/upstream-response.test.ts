import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isEventStream } from '../../../src/http/event-stream.ts';
import { CallAborted } from '../../../src/outbound/call/call-errors.ts';
import type { OngoingCall } from '../../../src/outbound/call/types.ts';
import { MAX_BUFFERED_BYTES, UpstreamResponse } from '../../../src/outbound/call/upstream-response.ts';

const LENGTH = 100_000;
const controller = { pause: () => {}, resume: () => {}, abort: () => {} };

const arriving = () => {
  const received = new UpstreamResponse(undefined, 200, [], controller);
  for (let i = 0; i < LENGTH; i++) received.receive(Buffer.from('x'));
  return received;
};

/** Sends a response on, and counts the chunks. */
const piped = (received: UpstreamResponse) => {
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
  received.pipe(res, []);
  return sent;
};

describe('A response that is not sent on', () => {
  it.each(['discard', 'abort'] as const)('The connection of a 101 is closed by %s', (way) => {
    const received = new UpstreamResponse(undefined, 101, [], controller);
    const connection = new PassThrough();
    received.connection = connection;
    if (way === 'discard') received.discard();
    else received.abort(new CallAborted());
    expect(connection.destroyed).toBe(true);
  });
});

describe('A response that is discarded while it arrives', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const discarded = () => {
    const abort = jest.fn();
    const received = new UpstreamResponse(undefined, 200, [], { ...controller, abort });
    received.receive(Buffer.from('a'));
    received.discard();
    return { received, abort };
  };

  it('is given up after a second, although it sends little', () => {
    const { received, abort } = discarded();
    jest.advanceTimersByTime(999);
    received.receive(Buffer.from('b'));
    expect(abort).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(abort).toHaveBeenCalledTimes(1);
  });

  it.each(['finish', 'fail'] as const)('has no timer any more after %s', (end) => {
    const { received, abort } = discarded();
    if (end === 'finish') received.finish();
    else received.fail(new Error('broken'));
    expect(jest.getTimerCount()).toBe(0);
    expect(abort).not.toHaveBeenCalled();
  });
});

describe('A response that arrives byte by byte', () => {
  it('is buffered in few chunks until it is sent on', () => {
    const received = arriving();
    received.finish();
    const { pieces, bytes } = piped(received);
    expect(bytes).toBe(LENGTH);
    expect(pieces).toBeLessThan(20);
  });

  it('is sent on in few chunks after it was too large to peek at', async () => {
    const received = arriving();
    expect(await received.peek(LENGTH / 2)).toBeUndefined();
    received.finish();
    const { pieces, bytes } = piped(received);
    expect(bytes).toBe(LENGTH);
    expect(pieces).toBeLessThan(20);
  });

  it('is read whole', async () => {
    const received = arriving();
    received.finish();
    expect((await received.peek(LENGTH))?.length).toBe(LENGTH);
    expect((await received.collect(LENGTH)).length).toBe(LENGTH);
  });
});

/** Records the commands to an upstream connection, in order. */
const connection = () => {
  const commands: string[] = [];
  const reasons: Error[] = [];
  const arrival = {
    pause: () => void commands.push('pause'),
    resume: () => void commands.push('resume'),
    abort: (reason: Error) => {
      commands.push('abort');
      reasons.push(reason);
    },
  };
  return { commands, reasons, arrival: arrival as never };
};

const response = (headers: string[] = [], call?: OngoingCall) => {
  const { commands, reasons, arrival } = connection();
  return { commands, reasons, received: new UpstreamResponse(call, 200, headers, arrival) };
};

/** A response to a client that records the calls of its methods. */
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
    destroyed: false,
    headersSent: false,
    writableEnded: false,
    req: { headers: { te } },
    ...state,
    writeHead: note('head'),
    flushHeaders: note('flush'),
    end: note('end'),
    destroy: note('destroy'),
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
    const { received } = response(['A', 'b', 'B', '1', 'b', '2']);
    expect([received.header('b'), received.header('a'), received.header('1')]).toEqual(['1', 'b', undefined]);
    received.addHeader('C', '3');
    expect([received.header('c'), received.rawHeaders.length]).toEqual(['3', 8]);
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
    const { received, commands, reasons } = response();
    const { res, done } = client(state);
    received.pipe(res, []);
    expect([done, commands, reasons[0] instanceof CallAborted]).toEqual([[], ['abort'], true]);
  });

  it('has its head sent at once without a body, and otherwise with the first bytes', () => {
    for (const held of [0, 5]) {
      const { received } = response();
      const { res, done } = client();
      if (held > 0) received.receive(bytes(held));
      received.pipe(res, []);
      received.receive(Buffer.from('more'));
      received.finish();
      expect(done.map(([name]) => name)).toEqual(
        held > 0 ? ['head', 'write', 'write', 'end'] : ['head', 'flush', 'write', 'end'],
      );
    }
  });

  it('is read no faster than the client reads it', () => {
    const { received, commands } = response();
    const { res, drains } = client({ writes: [true, false, false, true, false] });
    received.pipe(res, []);
    received.receive(bytes(1));
    expect([commands, drains.length]).toEqual([[], 0]);
    received.receive(bytes(1));
    received.receive(bytes(1));
    expect([commands, drains.length]).toEqual([['pause', 'pause'], 1]);
    drains[0]?.();
    expect(commands.at(-1)).toBe('resume');
    received.receive(bytes(1));
    expect([commands.length, drains.length]).toEqual([3, 1]);
    received.receive(bytes(1));
    expect([commands.at(-1), drains.length]).toEqual(['pause', 2]);
  });

  it('is not written after its end, and closes the connection when it is truncated', () => {
    const { received, commands } = response();
    const { res, done } = client({ writableEnded: true });
    received.pipe(res, []);
    received.receive(bytes(1));
    received.fail(new Error('broken'));
    expect([done.map(([name]) => name), commands]).toEqual([['head', 'flush', 'destroy'], []]);
  });

  it.each<[te: string | undefined, hasTrailers: boolean]>([
    [undefined, false],
    ['', false],
    ['gzip', false],
    ['xtrailers', false],
    ['trailers', true],
    ['gzip, Trailers;q=0.5', true],
  ])('has trailers where its client accepts them: TE %j, %s', (te, hasTrailers) => {
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
    const expected = hasTrailers
      ? [
          ['trailers', [['X-Sum', '1']]],
          ['trailers', [['X-More', '2']]],
        ]
      : [];
    for (const isEarly of [true, false]) {
      const { received } = response();
      const { res, done } = client({ ...(te !== undefined && { te }) });
      if (isEarly) received.finish(trailers);
      received.pipe(res, []);
      if (!isEarly) received.finish(trailers);
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
  response(['Content-Type', type]).received.pipe(res, []);
  expect(isEventStream(res)).toBe(isStream);
});

it('A complete response in several large chunks is sent with all of them', () => {
  for (const pieces of [1, 2, 3]) {
    const { received } = response();
    const { res, done } = client();
    for (let n = 0; n < pieces; n++) received.receive(bytes(2000));
    received.finish();
    received.pipe(res, []);
    const sent = done.flatMap(([name, chunk]) =>
      name === 'head' || chunk === undefined ? [] : String(chunk),
    );
    expect(sent.join('').length).toBe(pieces * 2000);
  }
});

describe('The body of a response', () => {
  it('is buffered up to a limit, then waits for its reader', async () => {
    const { received, commands } = response();
    received.receive(bytes(MAX_BUFFERED_BYTES));
    expect(commands).toEqual([]);
    received.receive(bytes(1));
    expect(commands).toEqual(['pause']);
    const body = received.collect(MAX_BUFFERED_BYTES + 2);
    expect(commands).toEqual(['pause', 'resume']);
    received.receive(bytes(1));
    received.finish();
    expect((await body).length).toBe(MAX_BUFFERED_BYTES + 2);
    const other = response();
    other.received.receive(bytes(1));
    void other.received.collect(1);
    expect(other.commands).toEqual([]);
  });

  it('is a stream that arrives no faster than it is read, and ends with the response', async () => {
    const { received, commands } = response();
    const body = received.stream();
    received.receive(Buffer.from('a'));
    expect(commands).toEqual([]);
    received.receive(bytes(body.readableHighWaterMark));
    expect(commands).toEqual(['pause']);
    expect(body.read().length).toBe(body.readableHighWaterMark + 1);
    await new Promise(setImmediate);
    expect(commands).toEqual(['pause', 'resume']);
    received.receive(Buffer.from('last'));
    received.finish();
    expect(String(Buffer.concat(await body.toArray()))).toBe('last');
    expect(commands).not.toContain('abort');
  });

  it('is a stream that aborts the response with the reason for which it is closed', async () => {
    const reason = new Error('no more');
    for (const error of [undefined, reason]) {
      const { received, reasons } = response();
      const body = received.stream().on('error', () => {});
      body.destroy(error);
      await new Promise((resolve) => body.once('close', resolve));
      expect(reasons).toHaveLength(1);
      if (error) expect(reasons[0]).toBe(reason);
      else expect(reasons[0]).toBeInstanceOf(CallAborted);
    }
    const { received, commands } = response();
    const body = received.stream();
    received.fail(reason);
    await expect(body.toArray()).rejects.toBe(reason);
    expect(commands).not.toContain('abort');
  });

  it.each([
    [10, 10],
    [11, undefined],
  ])('of %d bytes, collected with the limit 10, is %s', async (length, expected) => {
    for (const method of ['collect', 'whole', 'peek', 'copy'] as const) {
      const { received, commands } = response();
      const done: (Buffer | undefined)[] = [];
      const took =
        method === 'copy'
          ? received.copy(10, (whole) => done.push(whole))
          : received[method](10).catch(String);
      received.receive(bytes(5));
      received.receive(bytes(length - 5));
      received.finish();
      const got = method === 'copy' ? done[0] : await took;
      if (method === 'copy') expect(done).toHaveLength(1);
      if (expected !== undefined) expect([method, got?.length]).toEqual([method, expected]);
      else if (method === 'collect' || method === 'whole')
        expect(got).toBe('Error: The response is larger than 10 bytes.');
      else expect(got).toBeUndefined();
      // Only `collect` aborts the response, because it needs the whole body.
      if (method === 'collect') expect(commands.includes('abort')).toBe(expected === undefined);
      if (method === 'copy') expect(commands).toEqual([]);
      if (method === 'peek') expect((await received.collect(length)).length).toBe(length);
    }
  });

  it('is awaited only if its declared length is within the limit', async () => {
    expect(await response(['Content-Length', '11']).received.peek(10)).toBeUndefined();
    const { received } = response(['Content-Length', '10']);
    const body = received.peek(10);
    received.receive(bytes(10));
    received.finish();
    expect((await body)?.length).toBe(10);
  });

  it('aborts the response when it is read whole and is too large', async () => {
    const { received, commands } = response();
    const body = received.whole(10);
    received.receive(bytes(11));
    await expect(body).rejects.toThrow('larger than 10 bytes');
    expect(commands).toEqual(['pause', 'abort']);
  });

  it('pauses once it is too large to peek at, and continues when it is read', async () => {
    const { received, commands } = response();
    const peeked = received.peek(10);
    received.receive(bytes(11));
    expect(await peeked).toBeUndefined();
    expect(commands).toEqual(['pause']);
    const body = received.collect(100);
    expect(commands).toEqual(['pause', 'resume']);
    received.receive(bytes(4));
    received.finish();
    expect((await body).length).toBe(15);
  });

  it('that is truncated is an error for each reader, before and after', async () => {
    const reason = new Error('broken');
    for (const isEarly of [true, false])
      for (const method of ['collect', 'whole', 'peek'] as const) {
        const { received, commands } = response();
        if (isEarly) received.fail(reason);
        const body = received[method](10);
        if (!isEarly) received.fail(reason);
        await expect(body).rejects.toBe(reason);
        received.abort(reason);
        expect(commands).toEqual([]);
      }
  });

  it.each(['before', 'between', 'after'] as const)(
    'is copied once and as received, with the copy requested %s',
    (when) => {
      for (const isBroken of [true, false]) {
        const { received } = response();
        const done: (string | undefined)[] = [];
        const copy = () => received.copy(10, (whole) => done.push(whole && String(whole)));
        if (when === 'before') copy();
        received.receive(Buffer.from('ab'));
        if (when === 'between') copy();
        received.receive(Buffer.from('cd'));
        if (isBroken) received.fail(new Error('broken'));
        else received.finish();
        if (when === 'after') copy();
        expect(done).toEqual([isBroken ? undefined : 'abcd']);
      }
    },
  );

  it('that is discarded is read to its end where it is short', () => {
    for (const more of [0, 1]) {
      const { received, commands, reasons } = response();
      received.discard();
      received.receive(bytes(MAX_BUFFERED_BYTES));
      received.receive(bytes(more));
      expect([commands, reasons.every((reason) => reason instanceof CallAborted)]).toEqual([
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
    const { received, commands, reasons } = called(50);
    void received.peek(10).catch(() => {});
    jest.advanceTimersByTime(49);
    expect(commands).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(commands).toEqual(['abort']);
    expect(reasons[0]).toMatchObject({ kind: 'timeout' });
  });

  it.each<[string, (received: UpstreamResponse) => void]>([
    ['is whole', (received) => received.finish()],
    ['is too large', (received) => received.receive(bytes(11))],
    ['is truncated', (received) => received.fail(new Error('broken'))],
  ])('has no deadline after it %s', async (_what, end) => {
    const { received, commands } = called(50);
    void received.peek(10).catch(() => {});
    end(received);
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(100);
    expect(commands).not.toContain('abort');
  });

  it('has no deadline when it is complete, or without a call', () => {
    const { received } = called(50);
    received.finish();
    void received.peek(10);
    void response().received.peek(10);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('may have a deadline that is longer than any timer', () => {
    for (const remaining of [2 ** 31, Number.POSITIVE_INFINITY]) {
      const { received, commands } = called(remaining);
      void received.peek(10);
      jest.advanceTimersByTime(2 ** 31 - 2);
      expect(commands).toEqual([]);
    }
  });
});
