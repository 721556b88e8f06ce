/** The load balancer is compared with a model: in any sequence of events it picks only an allowed instance. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { pick } from '../../../src/outbound/instances/load-balancer.ts';
import { Target } from '../../../src/outbound/target.ts';
import { atOnce, pass, until, useFakeTime } from '../../support/fake-time.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const INSTANCES = 3;
const HALF_OPEN_AFTER = 5000;
const MINIMUM_CALLS = 3;

/** The model of one instance. */
class ModelInstance {
  isIsolated = false;
  isHealthy = true;
  openedAt: number | undefined;
  calls: { at: number; failed: boolean }[] = [];

  get isClosed(): boolean {
    return this.openedAt === undefined;
  }

  isDue(now: number, pauses = 1): boolean {
    return this.openedAt !== undefined && now - this.openedAt >= pauses * HALF_OPEN_AFTER;
  }

  /** Calls of the last ten seconds. */
  latest(now: number): { failed: boolean }[] {
    return this.calls.filter(({ at }) => Math.floor(at / 1000) > Math.floor(now / 1000) - 10);
  }
}

class Model {
  now = performance.now();
  readonly instances = Array.from({ length: INSTANCES }, () => new ModelInstance());

  /** The instances that may be called. The call is rejected when there are none. */
  candidates(canProbe: boolean): ModelInstance[] {
    const free = this.instances.filter(({ isIsolated }) => !isIsolated);
    const healthy = this.#among(
      free.filter(({ isHealthy }) => isHealthy),
      canProbe,
    );
    return healthy.length > 0 ? healthy : this.#among(free, canProbe);
  }

  #among(some: ModelInstance[], canProbe: boolean): ModelInstance[] {
    const closed = some.filter(({ isClosed }) => isClosed);
    const due = some.find((one) => one.isDue(this.now));
    if (due && (closed.length === 0 || canProbe || due.isDue(this.now, 2))) return [due];
    return closed;
  }

  called(instance: ModelInstance, failed: boolean): void {
    if (!instance.isClosed) {
      instance.openedAt = failed ? this.now : undefined;
      if (!failed) instance.calls = [];
    }
    if (instance.isClosed || failed) instance.calls.push({ at: this.now, failed });
    if (!failed || !instance.isClosed) return;
    const latest = instance.latest(this.now);
    const failures = latest.filter((one) => one.failed).length;
    const isBad = latest.length >= MINIMUM_CALLS && failures > latest.length / 2;
    const others = this.instances.some(
      (one) => one !== instance && one.isClosed && !one.isIsolated && (one.isHealthy || !instance.isHealthy),
    );
    if (isBad && (others || failures === latest.length)) instance.openedAt = this.now;
  }
}

interface Real {
  readonly target: Target;
  readonly upstreams: readonly TestUpstream[];
}

class Called implements fc.AsyncCommand<Model, Real> {
  readonly #method: 'GET' | 'POST';
  /** Which of the three instances would fail. */
  readonly #fails: readonly boolean[];

  constructor(method: 'GET' | 'POST', fails: readonly boolean[]) {
    this.#method = method;
    this.#fails = fails;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { target, upstreams }: Real): Promise<void> {
    const before = upstreams.map(({ requests }) => requests.length);
    for (const [index, upstream] of upstreams.entries())
      upstream.respond = (_req, res) => res.writeHead(this.#fails[index] ? 505 : 200).end();
    let result: string | undefined;
    target.start({ method: this.#method, path: '/', headers: [] }).response.then(
      (response) => {
        response.discard();
        result = String(response.status);
      },
      (error) => {
        result = error.type?.code ?? error.name;
      },
    );
    await until(() => result !== undefined);
    const allowed = model.candidates(this.#method === 'GET').map((one) => model.instances.indexOf(one));
    const calledIndex = upstreams.findIndex(({ requests }, index) => requests.length > (before[index] ?? 0));
    if (allowed.length === 0) {
      expect([result, calledIndex]).toEqual(['circuit-open', -1]);
    } else {
      expect(allowed).toContain(calledIndex);
      expect(result).toBe(this.#fails[calledIndex] ? '505' : '200');
      model.called(model.instances[calledIndex] as ModelInstance, this.#fails[calledIndex] === true);
    }
    // A success closes the circuit at the end of the response.
    await until(() => target.snapshot().inFlight === 0);
    expect(target.instances.map(({ circuits }) => circuits[0]?.state)).toEqual(
      model.instances.map(({ isClosed }) => (isClosed ? 'closed' : 'open')),
    );
  }

  toString(): string {
    return `${this.#method}(${this.#fails.map((one) => (one ? 'x' : '.')).join('')})`;
  }
}

/** Other events. */
class Happened implements fc.AsyncCommand<Model, Real> {
  readonly #what: 'isolate' | 'reset' | 'ill' | 'well' | number;
  readonly #index: number;

  constructor(what: 'isolate' | 'reset' | 'ill' | 'well' | number, index: number) {
    this.#what = what;
    this.#index = index;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { target }: Real): Promise<void> {
    const expected = model.instances[this.#index] as ModelInstance;
    const real = target.instances[this.#index];
    if (!real) throw new Error('there are three');
    if (typeof this.#what === 'number') {
      pass(this.#what);
      model.now += this.#what;
    } else if (this.#what === 'isolate') {
      real.isolate();
      expected.isIsolated = true;
    } else if (this.#what === 'reset') {
      real.reset();
      Object.assign(expected, new ModelInstance());
    } else {
      real.isHealthy = this.#what === 'well';
      expected.isHealthy = real.isHealthy;
    }
  }

  toString(): string {
    return `${this.#what}(${this.#index})`;
  }
}

const commands = fc.commands(
  [
    fc
      .tuple(
        fc.constantFrom<'GET' | 'POST'>('GET', 'GET', 'GET', 'POST'),
        fc.array(fc.boolean(), { minLength: INSTANCES, maxLength: INSTANCES }),
      )
      .map((args) => new Called(...args)),
    fc.constant(new Called('GET', [true, true, false])),
    fc
      .tuple(
        fc.constantFrom<'isolate' | 'reset' | 'ill' | 'well' | number>(
          'isolate',
          'reset',
          'ill',
          'well',
          1000,
          4999,
          5000,
          10_000,
        ),
        fc.nat(INSTANCES - 1),
      )
      .map((args) => new Happened(...args)),
  ],
  { maxCommands: 60, size: 'max' },
);

describe('The instance that is called', () => {
  let upstreams: TestUpstream[];
  beforeAll(async () => {
    upstreams = await Promise.all(Array.from({ length: INSTANCES }, () => startUpstream()));
  });
  beforeEach(useFakeTime);
  afterEach(() => {
    jest.useRealTimers();
  });
  afterAll(async () => {
    for (const upstream of upstreams) await upstream.stop();
  });

  it('is always one that the model allows', async () => {
    const policies = policiesOf({
      retry: { attempts: 1 },
      breaker: { minimumCalls: MINIMUM_CALLS, halfOpenAfter: HALF_OPEN_AFTER },
    });
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        const place = { urls: upstreams.map(({ url }) => url), lookup: 0 };
        const target = new Target('orders', place, policies);
        await fc.asyncModelRun(() => ({ model: new Model(), real: { target, upstreams } }), sequence);
        await atOnce(target.close());
      }),
      { numRuns: 100 },
    );
  });
});

describe('An instance whose circuit is open for one client', () => {
  let upstreams: TestUpstream[];
  let target: Target;
  beforeEach(async () => {
    upstreams = await Promise.all([startUpstream(), startUpstream()]);
    const breaker = { kind: 'consecutive', failures: 2 } as const;
    const place = { urls: upstreams.map(({ url }) => url), lookup: 0 };
    target = new Target('orders', place, policiesOf({ retry: { attempts: 0 }, breaker }));
  });
  afterEach(async () => {
    await target.close();
    for (const upstream of upstreams) await upstream.stop();
  });

  /** The number of requests to each instance for so many calls of a client. */
  const requestCounts = async (client: string | undefined, calls = 40) => {
    const before = upstreams.map(({ requests }) => requests.length);
    for (let i = 0; i < calls; i++) {
      const response = await target.send({
        method: 'POST',
        path: '/',
        headers: [],
        operationId: 'a',
        client,
      });
      response.discard();
    }
    return upstreams.map(({ requests }, index) => requests.length - (before[index] ?? 0));
  };

  it('accepts the calls of all other clients until one of them fails', async () => {
    const [bad] = upstreams as [TestUpstream];
    for (const status of [500, 503]) {
      bad.respond = (_req, res) => res.writeHead(status).end();
      expect((await requestCounts('one'))[0]).toBe(2);
      bad.respond = (_req, res) => res.end();
      expect(await requestCounts('one')).toEqual([0, 40]);
      for (const client of ['two', undefined])
        expect(Math.min(...(await requestCounts(client)))).toBeGreaterThan(0);
      bad.respond = (_req, res) => res.writeHead(status).end();
      expect((await requestCounts('two'))[0]).toBe(1);
      for (const client of ['one', 'two', undefined]) expect(await requestCounts(client)).toEqual([0, 40]);
      target.instances[0]?.reset();
    }
  });

  it('counts as available for other clients, so that another instance may be ejected', async () => {
    const [first, second] = upstreams as [TestUpstream, TestUpstream];
    first.respond = (_req, res) => res.writeHead(503).end();
    await requestCounts('one');
    first.respond = (_req, res) => res.end();
    second.respond = (_req, res) => res.writeHead(503).end();
    expect([(await requestCounts('two'))[1], (await requestCounts('three'))[1]]).toEqual([2, 1]);
    expect(await requestCounts('four')).toEqual([40, 0]);
    await expect(requestCounts('one', 1)).rejects.toMatchObject({ type: { code: 'circuit-open' } });
  });
});

describe('The choice between available instances', () => {
  const candidate = (inFlight: number) => ({
    inFlight,
    isIsolated: false,
    isHealthy: true,
    stateOfCircuit: () => 'closed' as const,
    isProbeDue: () => false,
  });
  const attempted = { circuit: 0, tried: [], canProbe: () => false, probeDelay: 0 };

  it('never picks the busiest of several', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 8 }), (loads) => {
        const chosen = pick(loads.map(candidate), attempted);
        expect(chosen?.inFlight).not.toBe(Math.max(...loads));
      }),
    );
  });

  it('spreads the calls in flight evenly over any number of instances', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10 }), fc.integer({ min: 1, max: 500 }), (count, calls) => {
        const all = Array.from({ length: count }, () => candidate(0));
        for (let call = 0; call < calls; call++) {
          const chosen = pick(all, attempted);
          if (chosen) chosen.inFlight += 1;
        }
        const loads = all.map(({ inFlight }) => inFlight);
        // With random choice the difference would be about the root of `calls`; with two choices it is about log log.
        expect(Math.max(...loads) - calls / count).toBeLessThanOrEqual(5);
      }),
      { numRuns: 300 },
    );
  });

  it('picks each of several equal instances', () => {
    const all = [candidate(1), candidate(1), candidate(1)];
    const chosen = new Set(Array.from({ length: 200 }, () => pick(all, attempted)));
    expect(chosen.size).toBe(3);
  });

  it('prefers an instance that the call has not tried', () => {
    const all = [candidate(9), candidate(0), candidate(0)];
    const [busy, ...tried] = all;
    expect(pick(all, { ...attempted, tried })).toBe(busy);
    expect(all).toContain(pick(all, { ...attempted, tried: all }));
  });
});
