/** Copies of calls: which are made, what they contain, and that they never affect the calls. */
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OutboundRequest } from '../../src/outbound/call/types.ts';
import { Mirror, type MirrorOptions } from '../../src/outbound/mirror.ts';

const turn = () => new Promise(setImmediate);

function start(options: Partial<MirrorOptions> = {}) {
  const sent: OutboundRequest[] = [];
  const waiting: PromiseWithResolvers<never>[] = [];
  let discarded = 0;
  let isClosed = false;
  const upstream = {
    start: () => {
      throw new Error('not used');
    },
    send: (request: OutboundRequest, signal?: AbortSignal) => {
      sent.push(request);
      const pending = Promise.withResolvers<never>();
      signal?.addEventListener('abort', () => pending.reject(new Error('aborted')));
      waiting.push(pending);
      return pending.promise;
    },
    close: async () => {
      isClosed = true;
    },
  };
  const respond = async (status: number | Error) => {
    const discard = () => {
      discarded += 1;
    };
    const pending = waiting.shift();
    if (typeof status === 'number') pending?.resolve({ status, discard } as never);
    else pending?.reject(status);
    await turn();
  };
  const mirror = new Mirror({
    share: 1,
    methods: ['GET', 'POST'],
    credentials: 'strip',
    concurrent: 3,
    timeout: 1000,
    upstream,
    ...options,
  });
  return { mirror, sent, respond, upstream, discarded: () => discarded, isClosed: () => isClosed };
}

const get = (more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'GET',
  path: '/a?b=1',
  headers: ['Accept', 'a/b'],
  ...more,
});

describe('A copy', () => {
  it('It is sent later, with the method, path, headers and body of the call', async () => {
    const { mirror, sent } = start();
    const body = Buffer.from('{}');
    mirror.copy(get({ method: 'POST', body, operationId: 'x', deadline: 5, client: 'c' }));
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual([
      {
        method: 'POST',
        path: '/a?b=1',
        headers: ['Accept', 'a/b', 'X-Linkway-Mirror', 'true'],
        body,
        operationId: 'x',
      },
    ]);
  });

  it('Its result is counted, and its response is discarded', async () => {
    const { mirror, respond, discarded } = start();
    for (const result of [200, 404, 503, new Error('broken')]) {
      mirror.copy(get());
      await turn();
      expect(mirror.snapshot().inFlight).toBe(1);
      await respond(result);
    }
    expect(mirror.snapshot()).toEqual({ requests: 4, failures: 2, skipped: 0, inFlight: 0 });
    expect(discarded()).toBe(3);
  });

  it('Above the number of copies in progress, with a streamed body, and for other methods none is made', async () => {
    const { mirror, sent, respond } = start();
    for (let i = 0; i < 5; i++) mirror.copy(get());
    mirror.copy(get({ method: 'DELETE' }));
    mirror.copy(get({ method: 'HEAD' }));
    await turn();
    expect([sent.length, mirror.snapshot().skipped]).toEqual([3, 2]);
    await respond(200);
    mirror.copy(get({ method: 'POST', body: Readable.from('x') }));
    mirror.copy(get({ body: null }));
    await turn();
    expect([sent.length, mirror.snapshot().skipped]).toEqual([4, 3]);
  });

  it('Any sequence of calls and results keeps the number of copies within its bound, and the counters exact', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant('call' as const), fc.constantFrom(200, 500, new Error('x'))), {
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 4 }),
        async (events, concurrent) => {
          const { mirror, sent, respond } = start({ concurrent });
          let [calls, answered, failed] = [0, 0, 0];
          for (const event of events) {
            if (event === 'call') {
              calls += 1;
              mirror.copy(get());
              await turn();
            } else if (answered < sent.length) {
              answered += 1;
              if (event !== 200) failed += 1;
              await respond(event);
            }
            const { requests, failures, skipped, inFlight } = mirror.snapshot();
            expect(inFlight).toBeLessThanOrEqual(concurrent);
            expect([requests, requests + skipped, failures, inFlight]).toEqual([
              sent.length,
              calls,
              failed,
              sent.length - answered,
            ]);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    [0, 0],
    [0.25, 25],
    [1, 100],
  ])('With the share %d, %d of 100 calls are copied', async (share, expected) => {
    let step = 0;
    const { mirror, sent } = start({ share, concurrent: 100, random: () => (step++ % 100) / 100 });
    for (let i = 0; i < 100; i++) mirror.copy(get());
    await turn();
    expect(sent).toHaveLength(expected);
  });
});

describe('Credentials', () => {
  const credentialNames = { headers: new Set(['x-key']), query: new Set(['api key', 'k']) };
  const headers = [
    'AUTHORIZATION',
    'Bearer x',
    'Cookie',
    'a=b',
    'Proxy-Authorization',
    'y',
    'X-Key',
    'z',
    'Client-Cert',
    ':YQ==:',
    'X-Auth-Identity',
    'signed',
    'X-Auth-Subject',
    'anna',
    'x-other',
    '1',
  ];

  it('They are removed, also where the document declares them', async () => {
    const { mirror, sent } = start({ credentialNames });
    mirror.copy(get({ headers, path: '/a?k=1&b=k&api%20key=2&%6b=3&api+key=4&kk=5&c' }));
    mirror.copy(get({ headers, path: '/a?k=1' }));
    mirror.copy(get({ headers, path: '/a' }));
    await turn();
    expect(sent.map(({ path }) => path)).toEqual(['/a?b=k&kk=5&c', '/a', '/a']);
    for (const one of sent) expect(one.headers).toEqual(['x-other', '1', 'X-Linkway-Mirror', 'true']);
  });

  it('They are kept only if the configuration says so', async () => {
    const { mirror, sent } = start({ credentialNames, credentials: 'keep' });
    mirror.copy(get({ headers, path: '/a?k=1' }));
    await turn();
    expect([sent[0]?.path, sent[0]?.headers.slice(0, 4)]).toEqual(['/a?k=1', headers.slice(0, 4)]);
  });
});

it('Closing gives up copies in progress, and counters continue in the next mirror', async () => {
  const first = start();
  first.mirror.copy(get());
  await turn();
  await first.mirror.close();
  await turn();
  expect(first.isClosed()).toBe(true);
  expect(first.mirror.snapshot()).toEqual({ requests: 1, failures: 1, skipped: 0, inFlight: 0 });
  const next = start({ previous: first.mirror });
  next.mirror.copy(get());
  await turn();
  expect(next.mirror.snapshot()).toMatchObject({ requests: 2, failures: 1, inFlight: 1 });
});
