/** The relay between two connections, without a network: back pressure, close frames and limits, on a clock of the test. */
import { Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Ending, type RelayOptions, relay } from '../../../src/gateway/web-socket/relay.ts';
import { fakeTimeInEachTest, pass } from '../../support/fake-time.ts';

fakeTimeInEachTest();

const DAY = 86_400_000;
const CLOSING_TIME = 2_000;
const NO_LIMITS = { idleTimeout: 0, maxTime: 0, expiresAt: Number.POSITIVE_INFINITY };

interface Peer {
  readonly socket: Duplex;
  readonly received: () => Buffer;
  readonly isEnded: () => boolean;
}

function peer(socket: Duplex): Peer {
  const chunks: Buffer[] = [];
  let isEnded = false;
  socket.on('data', (bytes: Buffer) => chunks.push(bytes));
  socket.on('end', () => {
    isEnded = true;
  });
  return { socket, received: () => Buffer.concat(chunks), isEnded: () => isEnded };
}

function start(limits: Partial<RelayOptions> = {}) {
  const [client, clientEnd] = duplexPair();
  const [service, serviceEnd] = duplexPair();
  const counts = { client: 0, service: 0 };
  const end = relay({
    client: clientEnd,
    service: serviceEnd,
    ...NO_LIMITS,
    onBytes: (from, count) => {
      counts[from] += count;
    },
    ...limits,
  });
  return { client: peer(client), service: peer(service), clientEnd, serviceEnd, counts, end };
}

/** Lets streams pass on what they have. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

/** A frame of a server. */
const frame = (text: string): Buffer => Buffer.concat([Buffer.of(0x81, text.length), Buffer.from(text)]);

/** The code and the reason of a close frame. */
function readClose(bytes: Buffer): readonly [code: number, reason: string] {
  expect(bytes[0]).toBe(0x88);
  const second = bytes[1] as number;
  const isMasked = (second & 0x80) !== 0;
  const mask = isMasked ? bytes.subarray(2, 6) : Buffer.alloc(4);
  const payload = Buffer.from(
    bytes.subarray(isMasked ? 6 : 2).map((byte, index) => byte ^ (mask[index % 4] as number)),
  );
  expect(payload).toHaveLength(second & 0x7f);
  return [payload.readUInt16BE(), payload.toString('utf8', 2)];
}

describe('Back pressure', () => {
  /** A connection that accepts writes and never finishes them. */
  const stuck = () => new Duplex({ read: () => {}, write: () => {}, highWaterMark: 1000 });

  it.each(['client', 'service'] as const)(
    'When the %s reads nothing, the other side is not read',
    async (slow) => {
      const [other, otherEnd] = duplexPair({ highWaterMark: 1000 });
      const slowEnd = stuck();
      const ends =
        slow === 'client' ? { client: slowEnd, service: otherEnd } : { client: otherEnd, service: slowEnd };
      let passed = 0;
      relay({ ...ends, ...NO_LIMITS, onBytes: (_from, count) => (passed += count) });
      let written = 0;
      while (written < 1_000_000) {
        other.write(Buffer.alloc(1000));
        written += 1000;
      }
      await settle();
      expect(passed).toBeLessThanOrEqual(3000);
      expect(otherEnd.isPaused()).toBe(true);
      expect(slowEnd.writableLength).toBeLessThanOrEqual(3000);
      other.destroy();
      slowEnd.destroy();
    },
  );

  it('After the buffers are empty, the rest passes', async () => {
    const { client, service, counts } = start();
    client.socket.pause();
    const all = Buffer.alloc(3_000_000, 'abcdefg');
    for (let at = 0; at < all.length; at += 10_000) service.socket.write(all.subarray(at, at + 10_000));
    await settle();
    expect(counts.service).toBeLessThan(all.length / 2);
    client.socket.resume();
    while (counts.service < all.length) await settle();
    await settle();
    expect(client.received().equals(all)).toBe(true);
  });
});

describe('Pass-through', () => {
  it('Any bytes pass unchanged in both directions, also those that are no frames', async () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, chunks, async (fromClient, fromService) => {
        const { client, service, counts } = start();
        for (const bytes of fromClient) client.socket.write(Buffer.from(bytes));
        for (const bytes of fromService) service.socket.write(Buffer.from(bytes));
        client.socket.end();
        await settle();
        expect(service.received().equals(Buffer.concat(fromClient))).toBe(true);
        expect(client.received().equals(Buffer.concat(fromService))).toBe(true);
        expect(counts).toEqual({
          client: service.received().length,
          service: client.received().length,
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('End by the gateway', () => {
  it.each<[Ending, number, string]>([
    ['idle', 1001, 'idle'],
    ['maxTime', 1001, 'time limit'],
    ['shutdown', 1001, 'shutting down'],
    ['expired', 1008, 'credentials expired'],
  ])('The end "%s" sends both sides a close frame with the code %d', async (ending, ...expected) => {
    const { client, service, end } = start();
    end(ending);
    await settle();
    expect(readClose(client.received())).toEqual(expected);
    expect(readClose(service.received())).toEqual(expected);
    expect([client.isEnded(), service.isEnded()]).toEqual([true, true]);
  });

  it('Only the frame to the service is masked', async () => {
    const { client, service, end } = start();
    end('shutdown');
    await settle();
    expect((client.received()[1] as number) & 0x80).toBe(0);
    expect((service.received()[1] as number) & 0x80).toBe(0x80);
  });

  it('The close frame follows the end of the frame that is being sent', async () => {
    const { client, service, end } = start();
    const whole = frame('0123456789');
    service.socket.write(whole.subarray(0, 5));
    await settle();
    end('shutdown');
    await settle();
    expect(client.received()).toEqual(whole.subarray(0, 5));
    service.socket.write(Buffer.concat([whole.subarray(5), frame('too late')]));
    await settle();
    expect(client.received().subarray(0, whole.length)).toEqual(whole);
    expect(readClose(client.received().subarray(whole.length))).toEqual([1001, 'shutting down']);
    expect(client.isEnded()).toBe(true);
  });

  it('A frame that is never completed is cut after a while', async () => {
    const { client, service, clientEnd, serviceEnd, end } = start();
    service.socket.write(frame('0123456789').subarray(0, 5));
    await settle();
    end('shutdown');
    await settle();
    pass(CLOSING_TIME - 1);
    expect([clientEnd.destroyed, serviceEnd.destroyed]).toEqual([false, false]);
    pass(1);
    expect([clientEnd.destroyed, serviceEnd.destroyed]).toEqual([true, true]);
    expect(client.received()).toHaveLength(5);
  });

  it('A side that has sent a close frame is not followed by another one', async () => {
    const { client, service, end } = start();
    const close = Buffer.of(0x88, 2, 0x03, 0xe8);
    service.socket.write(close);
    await settle();
    end('shutdown');
    await settle();
    expect(client.received()).toEqual(close);
    expect(client.isEnded()).toBe(true);
  });

  it('A close frame that is being sent is completed, and not followed by another one', async () => {
    const { client, service, end } = start();
    const close = Buffer.of(0x88, 2, 0x03, 0xe8);
    service.socket.write(close.subarray(0, 1));
    await settle();
    end('shutdown');
    service.socket.write(close.subarray(1));
    await settle();
    expect(client.received()).toEqual(close);
    expect(client.isEnded()).toBe(true);
  });

  it('Peers that do not close are cut after a while', async () => {
    const { clientEnd, serviceEnd, end } = start();
    end('idle');
    pass(CLOSING_TIME);
    expect([clientEnd.destroyed, serviceEnd.destroyed]).toEqual([true, true]);
  });

  it('A second end changes nothing', async () => {
    const { client, end } = start();
    end('expired');
    end('shutdown');
    await settle();
    expect(readClose(client.received())).toEqual([1008, 'credentials expired']);
  });
});

describe('End by a side', () => {
  it.each(['client', 'service'] as const)(
    'When the %s ends, the other side ends after the last bytes',
    async (side) => {
      const all = start();
      const other = side === 'client' ? all.service : all.client;
      all[side].socket.end(frame('last'));
      await settle();
      expect(other.received()).toEqual(frame('last'));
      expect(other.isEnded()).toBe(true);
    },
  );

  it.each(['client', 'service'] as const)('When the %s breaks, the other side ends', async (side) => {
    const all = start();
    (side === 'client' ? all.clientEnd : all.serviceEnd).destroy();
    await settle();
    expect((side === 'client' ? all.service : all.client).isEnded()).toBe(true);
  });

  it('A side that stays half open is cut after a while', async () => {
    const { client, serviceEnd, clientEnd } = start();
    client.socket.end();
    await settle();
    expect(serviceEnd.destroyed).toBe(false);
    pass(CLOSING_TIME);
    expect([clientEnd.destroyed, serviceEnd.destroyed]).toEqual([true, true]);
  });

  it('A connection that has broken before closes the other one', () => {
    const [, clientEnd] = duplexPair();
    const [, serviceEnd] = duplexPair();
    clientEnd.destroy();
    relay({ client: clientEnd, service: serviceEnd, ...NO_LIMITS, onBytes: () => {} });
    expect(serviceEnd.destroyed).toBe(true);
  });
});

describe('Limits', () => {
  it('A conversation ends when no byte has passed for the idle timeout', async () => {
    const { client, service } = start({ idleTimeout: 1000 });
    for (let count = 0; count < 5; count++) {
      pass(999);
      (count % 2 === 0 ? client : service).socket.write(frame('x'));
      await settle();
    }
    const before = client.received().length;
    pass(999);
    await settle();
    expect(client.received()).toHaveLength(before);
    pass(1);
    await settle();
    expect(readClose(client.received().subarray(before))).toEqual([1001, 'idle']);
  });

  it('A conversation ends after its maximum time, whatever passes', async () => {
    const { client, service } = start({ idleTimeout: 1000, maxTime: 3000 });
    for (let count = 0; count < 5; count++) {
      pass(500);
      service.socket.write(frame('x'));
      await settle();
    }
    pass(500);
    await settle();
    expect(readClose(client.received().subarray(15))).toEqual([1001, 'time limit']);
  });

  it('Credentials that end in a hundred days end the conversation then, and not before', async () => {
    const { client } = start({ expiresAt: Date.now() + 100 * DAY });
    pass(100 * DAY - 1);
    await settle();
    expect(client.received()).toHaveLength(0);
    pass(1);
    await settle();
    expect(readClose(client.received())).toEqual([1008, 'credentials expired']);
  });

  it('A conversation without limits has no end', async () => {
    const { client } = start();
    pass(1000 * DAY);
    await settle();
    expect([client.received().length, client.isEnded()]).toEqual([0, false]);
  });
});
