/** The inspection of responses with and without faults. */
import { describe, expect, it } from '@jest/globals';
import { ConformanceStats } from '../../../src/gateway/conformance/conformance-stats.ts';
import { type InspectOptions, inspectResponses } from '../../../src/gateway/conformance/inspect-responses.ts';

interface Given {
  readonly service?: object;
  readonly body?: string;
  /** Reads the body. */
  readonly peek?: () => Promise<Buffer | undefined>;
  readonly check?: () => readonly object[];
  readonly path?: string;
  readonly limit?: number;
  readonly operation?: object;
}

const inspectResponse = async (given: Given) => {
  const { body = '{}', check = () => [], path = '/x', limit = 100 } = given;
  const service = { name: 'a', responses: 'enforce', ...given.service };
  const stats = new ConformanceStats();
  const events: unknown[] = [];
  const logged: unknown[] = [];
  const inspect = inspectResponses({
    services: [service],
    limit,
    stats,
    logger: { warn: (fields: object) => logged.push(fields) },
  } as unknown as InspectOptions);
  const response = {
    status: 200,
    rawHeaders: ['Content-Type', 'application/json'],
    header: (name: string) => (name === 'content-type' ? 'application/json' : undefined),
    peek: (most: number) => {
      events.push(['peek', most]);
      return given.peek ? given.peek() : Promise.resolve(Buffer.from(body));
    },
    copy: (most: number, take: (bytes: Buffer) => void) => {
      events.push(['copy', most]);
      take(Buffer.from(body));
    },
    discard: () => events.push('discard'),
    onInvalid: () => events.push('refused'),
  };
  const responses = {
    statuses: ['200'],
    find: () => ({ types: ['application/json'], mediaFor: () => ({ check }), checkHeaders: () => [] }),
  };
  const operation = { service: 'a', operationId: 'get', responses, ...given.operation };
  const inspection = inspect(response as never, operation as never, 'GET', path);
  const error = await (inspection ?? Promise.resolve()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
  const drift = stats.of(service as never)?.operations[0];
  return { waits: inspection !== undefined, events, error, logged, drift };
};

const broken = () => [{ instancePath: '/a', keyword: 'required', params: { missingProperty: 'b' } }];

describe('responses: enforce', () => {
  it('enforce forwards a response that matches the contract', async () => {
    expect(await inspectResponse({})).toMatchObject({
      waits: true,
      error: undefined,
      events: [['peek', 100]],
      logged: [],
      drift: { checked: 1, drifted: 0, unverified: 0 },
    });
  });

  it('enforce rejects a response that breaks the contract without its body and removes it from the cache', async () => {
    expect(await inspectResponse({ check: broken })).toMatchObject({
      waits: true,
      error: { status: 502, type: { code: 'contract-broken' }, extensions: { errors: [{ kind: 'body' }] } },
      events: [['peek', 100], 'discard', 'refused'],
      logged: [{ service: 'a', operationId: 'get', kind: 'body' }],
      drift: { checked: 1, drifted: 1, unverified: 0 },
    });
  });

  it.each<[string, Given, number]>([
    ['larger than the limit', { peek: async () => undefined }, 1],
    ['cut by fields', { path: '/x?fields=a' }, 0],
  ])('enforce forwards and counts a response that is %s', async (_, given, peeks) => {
    const { error, events, drift } = await inspectResponse({ check: broken, ...given });
    expect([error, events.length]).toEqual([undefined, peeks]);
    expect(drift).toMatchObject({ checked: 0, drifted: 0, unverified: 1 });
  });

  it('enforce reports an incomplete body and does not count it', async () => {
    const { error, drift } = await inspectResponse({ peek: () => Promise.reject(new Error('gone')) });
    expect(error).toMatchObject({ status: 502 });
    expect(drift).toBeUndefined();
  });
});

describe('responses: observe', () => {
  const service = { responses: 'observe', sample: 1 };
  it('observe checks a copy and does not delay the response', async () => {
    expect(await inspectResponse({ service, check: broken })).toMatchObject({
      waits: false,
      error: undefined,
      events: [['copy', 100]],
      logged: [{ kind: 'body' }],
      drift: { checked: 1, drifted: 1 },
    });
  });

  it('observe does not copy a body that is not checked', async () => {
    const { events, drift } = await inspectResponse({ service, path: '/x?fields=a' });
    expect(events).toEqual([]);
    expect(drift).toMatchObject({ checked: 0, unverified: 1 });
  });

  it.each<[string, Given]>([
    ['no share', { service: { responses: 'observe' } }],
    ['a share of nothing', { service: { responses: 'observe', sample: 0 } }],
    ['no contract', { service, operation: { responses: undefined } }],
    ['no contract to enforce', { operation: { responses: undefined } }],
    ['another service', { service, operation: { service: 'b' } }],
  ])('Responses are not inspected with %s', async (_, given) => {
    const { waits, events, drift } = await inspectResponse({ check: broken, ...given });
    expect([waits, events, drift]).toEqual([false, [], undefined]);
  });
});
