/** Which responses are looked at, and what becomes of those that are not as the contract says. */
import { describe, expect, it } from '@jest/globals';
import { ResponseLedger } from '../../../src/gateway/conformance/conformance-stats.ts';
import { type InspectOptions, inspectAnswers } from '../../../src/gateway/conformance/inspect-responses.ts';

interface Given {
  readonly service?: object;
  readonly body?: string;
  /** Whether its body could be had. */
  readonly peek?: () => Promise<Buffer | undefined>;
  readonly check?: () => readonly object[];
  readonly path?: string;
  readonly limit?: number;
  readonly operation?: object;
}

const inspected = async (given: Given) => {
  const { body = '{}', check = () => [], path = '/x', limit = 100 } = given;
  const service = { name: 'a', responses: 'enforce', ...given.service };
  const ledger = new ResponseLedger();
  const events: unknown[] = [];
  const logged: unknown[] = [];
  const inspect = inspectAnswers({
    services: [service],
    limit,
    ledger,
    logger: { warn: (fields: object) => logged.push(fields) },
  } as unknown as InspectOptions);
  const answer = {
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
    onRefused: () => events.push('refused'),
  };
  const responses = {
    statuses: ['200'],
    find: () => ({ types: ['application/json'], mediaFor: () => ({ check }), checkHeaders: () => [] }),
  };
  const operation = { service: 'a', operationId: 'get', responses, ...given.operation };
  const made = inspect(answer as never, operation as never, 'GET', path);
  const error = await (made ?? Promise.resolve()).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
  const drift = ledger.of(service as never)?.operations[0];
  return { waits: made !== undefined, events, error, logged, drift };
};

const broken = () => [{ instancePath: '/a', keyword: 'required', params: { missingProperty: 'b' } }];

describe('responses: enforce', () => {
  it('lets what keeps the contract on', async () => {
    expect(await inspected({})).toMatchObject({
      ...{ waits: true, error: undefined, events: [['peek', 100]], logged: [] },
      drift: { checked: 1, drifted: 0, unverified: 0 },
    });
  });

  it('refuses what breaks it, without its body, and lets nothing of it be kept', async () => {
    expect(await inspected({ check: broken })).toMatchObject({
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
  ])('lets on and counts what is %s', async (_, given, peeks) => {
    const { error, events, drift } = await inspected({ check: broken, ...given });
    expect([error, events.length]).toEqual([undefined, peeks]);
    expect(drift).toMatchObject({ checked: 0, drifted: 0, unverified: 1 });
  });

  it('tells of a body that breaks off, and does not count it', async () => {
    const { error, drift } = await inspected({ peek: () => Promise.reject(new Error('gone')) });
    expect(error).toMatchObject({ status: 502 });
    expect(drift).toBeUndefined();
  });
});

describe('responses: observe', () => {
  const service = { responses: 'observe', sample: 1 };
  it('looks at a copy and holds up nothing', async () => {
    expect(await inspected({ service, check: broken })).toMatchObject({
      ...{ waits: false, error: undefined, events: [['copy', 100]] },
      logged: [{ kind: 'body' }],
      drift: { checked: 1, drifted: 1 },
    });
  });

  it('takes no copy of a body that is not looked at', async () => {
    const { events, drift } = await inspected({ service, path: '/x?fields=a' });
    expect(events).toEqual([]);
    expect(drift).toMatchObject({ checked: 0, unverified: 1 });
  });

  it.each<[string, Given]>([
    ['no share', { service: { responses: 'observe' } }],
    ['a share of nothing', { service: { responses: 'observe', sample: 0 } }],
    ['no contract', { service, operation: { responses: undefined } }],
    ['no contract to enforce', { operation: { responses: undefined } }],
    ['another service', { service, operation: { service: 'b' } }],
  ])('looks at nothing with %s', async (_, given) => {
    const { waits, events, drift } = await inspected({ check: broken, ...given });
    expect([waits, events, drift]).toEqual([false, [], undefined]);
  });
});
