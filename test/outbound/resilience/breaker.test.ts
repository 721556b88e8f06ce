/** Circuit breakers are compared with a model: in any sequence of events both allow the same calls. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import type { breakerSchema } from '../../../src/config/policies/breaker.ts';
import { createBreaker, INSTANCE_CIRCUIT } from '../../../src/outbound/resilience/breaker.ts';
import type { ClientId } from '../../../src/outbound/resilience/circuit-scope.ts';
import type { Outcome } from '../../../src/outbound/resilience/outcome.ts';
import { Target } from '../../../src/outbound/target.ts';
import { atOnce, pass, until, useFakeTime } from '../../support/fake-time.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

const HALF_OPEN_AFTER = 5000;

interface Counted {
  readonly at: number;
  readonly failed: boolean;
  readonly client: ClientId;
}

/** Selects the calls that count now from all calls in order, and decides whether they open the circuit. */
interface Opens {
  latest(calls: readonly Counted[], now: number): readonly Counted[];
  after(latest: readonly Counted[]): boolean;
}

const isOften = (calls: readonly Counted[]): boolean =>
  calls.length >= 4 && calls.filter(({ failed }) => failed).length > calls.length / 2;

const KINDS: readonly [z.input<typeof breakerSchema>, Opens][] = [
  [
    { kind: 'sampling', window: 10_000, minimumCalls: 4 },
    {
      latest: (calls, now) => {
        const oldest = Math.floor(now / 1000) - 10;
        return calls.filter(({ at }) => Math.floor(at / 1000) > oldest);
      },
      after: isOften,
    },
  ],
  [
    { kind: 'count', calls: 6, minimumCalls: 4 },
    { latest: (calls) => calls.slice(-6), after: isOften },
  ],
  [
    { kind: 'consecutive', failures: 3 },
    {
      latest: (calls) => calls.slice(-3),
      after: (latest) => latest.length >= 3 && latest.every(({ failed }) => failed),
    },
  ],
];

/** The role of a call: through the closed circuit, as a probe, or while the circuit is open for another client. */
type Way = 'through' | 'trial' | 'beside' | 'second trial';

/** The model of one circuit. */
class ModelCircuit {
  calls: Counted[] = [];
  openedAt: number | undefined;
  /** The only client for which it is open, if not for all. */
  only: ClientId;
  /** The client whose probe failed, if the circuit is open for all. */
  tried: ClientId;
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  get isOpen(): boolean {
    return this.openedAt !== undefined;
  }

  get isOpenForAll(): boolean {
    return this.isOpen && this.only === undefined;
  }

  /** Undefined when the call is rejected. */
  wayOf(client: ClientId): Way | undefined {
    if (this.openedAt === undefined) return 'through';
    if (this.#model.now - this.openedAt >= HALF_OPEN_AFTER) return 'trial';
    if (this.only !== undefined) return client === this.only ? undefined : 'beside';
    return this.tried === undefined || client === this.tried ? undefined : 'second trial';
  }

  /** @param client the client that may have caused the failure */
  counted(failed: boolean, way: Way, client: ClientId): void {
    const { now, opens } = this.#model;
    if (way === 'through') {
      this.calls.push({ at: now, failed, client });
      const latest = opens.latest(this.calls, now);
      if (!failed || !opens.after(latest)) return;
      const clients = new Set(latest.filter((one) => one.failed).map((one) => one.client));
      this.#open(clients.size === 1 ? client : undefined);
    } else if (way === 'beside') {
      if (failed) this.only = undefined;
    } else if (way === 'second trial') {
      this.only = failed ? undefined : this.tried;
      this.tried = undefined;
    } else if (failed) {
      const isForAll = this.only === undefined;
      this.#open(this.only === client ? client : undefined);
      if (isForAll) this.tried = client;
    } else this.#close();
  }

  /** An outcome that is neither a success nor a failure. For a probe it shows whether the target responds at all. */
  uncounted(isProof: boolean, way: Way, client: ClientId): void {
    if (way === 'through' || way === 'beside') return;
    if (isProof) this.counted(false, way, client);
    else if (way === 'trial') {
      this.openedAt = this.#model.now;
      if (this.only === undefined) this.tried = client;
    }
  }

  #open(only: ClientId): void {
    this.openedAt = this.#model.now;
    this.only = only;
    this.tried = undefined;
  }

  #close(): void {
    this.#open(undefined);
    this.openedAt = undefined;
    this.calls = [{ at: this.#model.now, failed: false, client: undefined }];
  }
}

/** The model of a service with one instance. */
class Model {
  now = performance.now();
  readonly opens: Opens;
  readonly whole = new ModelCircuit(this);
  readonly #operations = new Map<string, ModelCircuit>();

  constructor(opens: Opens) {
    this.opens = opens;
  }

  of(operationId: string): ModelCircuit {
    const circuit = this.#operations.get(operationId) ?? new ModelCircuit(this);
    this.#operations.set(operationId, circuit);
    return circuit;
  }

  /** The called operations whose circuits are open now, and whether for only one client. */
  get cutOff(): readonly (readonly [operationId: string, isForOne: boolean])[] {
    return [...this.#operations]
      .filter(([, { isOpen }]) => isOpen || this.whole.isOpen)
      .map(([operationId, own]) => [operationId, !own.isOpenForAll && !this.whole.isOpenForAll]);
  }

  /** The handler for the outcome of a call that begins now; undefined when the call is rejected. */
  begin(operationId: string | undefined, client: ClientId): ((outcome: Scenario) => void) | undefined {
    const own = operationId === undefined ? undefined : this.of(operationId);
    const wayOfWhole = this.whole.wayOf(client);
    const wayOfOwn = own ? own.wayOf(client) : 'through';
    if (wayOfWhole === undefined || wayOfOwn === undefined) return undefined;
    const all = [[this.whole, wayOfWhole] as const, ...(own ? [[own, wayOfOwn] as const] : [])];
    const count = (failed: boolean) => {
      if (own) own.counted(failed, wayOfOwn, client);
      else this.whole.counted(failed, wayOfWhole, client);
    };
    return (outcome) => {
      if (outcome === 'left') for (const [one, way] of all) one.uncounted(false, way, client);
      else if (outcome === 'unreachable') {
        this.whole.counted(true, wayOfWhole, undefined);
        own?.uncounted(false, wayOfOwn, client);
      } else if (outcome === 'garbage') for (const [one, way] of all) one.uncounted(true, way, client);
      else {
        const isBroken = outcome === 'broken' || outcome === 'timeout';
        count(isBroken || outcome === 503);
        if (own && isBroken) this.whole.uncounted(true, wayOfWhole, client);
        else if (own) this.whole.counted(false, wayOfWhole, client);
      }
    };
  }
}

interface Real {
  readonly target: Target;
  readonly upstream: TestUpstream;
}

const GET = { method: 'GET', path: '/', headers: [] };

type Scenario = 200 | 404 | 429 | 500 | 503 | 'broken' | 'timeout' | 'left' | 'unreachable' | 'garbage';

/** A call and its outcome: a response, invalid bytes, a broken connection, or a client that leaves. */
class Called implements fc.AsyncCommand<Model, Real> {
  readonly #outcome: Scenario;
  readonly #operationId: string | undefined;
  readonly #client: ClientId;
  result = 'pending';

  constructor(outcome: Scenario, operationId?: string, client?: ClientId) {
    this.#outcome = outcome;
    this.#operationId = operationId;
    this.#client = client;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { target, upstream }: Real): Promise<void> {
    const outcome = this.#outcome;
    const operationId = this.#operationId;
    const client = this.#client;
    const own = operationId === undefined ? undefined : model.of(operationId);
    const open = [model.whole, ...(own ? [own] : [])].filter(({ isOpen }) => isOpen);
    const tries =
      open.length > 0 && open.every((one) => one.only === undefined && one.wayOf(client) === 'trial');
    const end = model.begin(operationId, client);
    const before = upstream.requests.length;
    upstream.respond = (req, res) => {
      if (typeof outcome === 'number') res.writeHead(outcome).end();
      else if (outcome === 'broken') req.socket.destroy();
      else if (outcome === 'garbage') req.socket.end('SSH-2.0\r\n\r\n');
    };
    if (outcome === 'unreachable') await upstream.stop();
    const call = target.start({ ...GET, operationId, client });
    this.result = 'pending';
    call.response.then(
      (response) => {
        response.discard();
        this.result = String(response.status);
      },
      (error) => {
        this.result = error.type?.code ?? error.name;
      },
    );
    if (end && outcome !== 'unreachable') {
      await until(() => upstream.requests.length > before);
      if (tries) expect(stateOf(target, operationId)).toBe('half-open');
      if (outcome === 'left') call.abort();
      if (outcome === 'timeout') {
        pass(ATTEMPT_TIMEOUT);
        model.now += ATTEMPT_TIMEOUT;
      }
    }
    await until(() => this.result !== 'pending');
    if (outcome === 'unreachable') await upstream.start();

    if (!end) {
      expect([this.result, upstream.requests.length]).toEqual(['circuit-open', before]);
    } else {
      expect(this.result).toBe(RESULTS[outcome as keyof typeof RESULTS] ?? String(outcome));
      end(outcome);
    }
    const { breaker, circuits = [] } = target.snapshot();
    expect(circuits.map((one) => [one.operationId, one.isForOneClient === true])).toEqual(model.cutOff);
    if (model.whole.isOpenForAll) expect(breaker).toBe('open');
  }

  toString(): string {
    return `call(${this.#outcome}, ${this.#operationId}, ${this.#client})`;
  }
}

const stateOf = (target: Target, operationId: string | undefined) => {
  const { breaker, circuits } = target.snapshot();
  return operationId === undefined
    ? breaker
    : circuits?.find((one) => one.operationId === operationId)?.breaker;
};

const ATTEMPT_TIMEOUT = 100;
const RESULTS = {
  broken: 'bad-gateway',
  garbage: 'bad-gateway',
  timeout: 'upstream-timeout',
  left: 'CallAborted',
  unreachable: 'service-unreachable',
};

class Passed implements fc.AsyncCommand<Model, Real> {
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model): Promise<void> {
    pass(this.#milliseconds);
    model.now += this.#milliseconds;
  }

  toString(): string {
    return `pass(${this.#milliseconds})`;
  }
}

type Sequence = Iterable<fc.AsyncCommand<Model, Real>>;

const OUTCOMES: readonly Scenario[] = [
  'left',
  'broken',
  'timeout',
  'unreachable',
  'garbage',
  200,
  404,
  429,
  500,
  503,
  503,
  503,
];

const passed = fc.constantFrom(500, 1000, 4999, 5000, 20_000).map((milliseconds) => new Passed(milliseconds));

const calledOf = (
  outcomes: readonly Scenario[],
  operations: readonly (string | undefined)[],
  clients: readonly ClientId[] = [undefined],
) =>
  fc
    .tuple(fc.constantFrom(...outcomes), fc.constantFrom(...operations), fc.constantFrom(...clients))
    .map((args) => new Called(...args));

const commandsOf = (...args: Parameters<typeof calledOf>) =>
  fc.commands([calledOf(...args), passed], { maxCommands: 40, size: 'max' });

describe('Circuits', () => {
  let upstream: TestUpstream;
  beforeAll(async () => {
    upstream = await startUpstream();
  });
  beforeEach(useFakeTime);
  afterEach(() => {
    jest.useRealTimers();
  });
  afterAll(() => upstream.stop());

  const follow = async ([breaker, opens]: (typeof KINDS)[number], sequence: Sequence) => {
    const policies = policiesOf({
      attemptTimeout: ATTEMPT_TIMEOUT,
      retry: { attempts: 0 },
      breaker: { ...breaker, halfOpenAfter: HALF_OPEN_AFTER },
    });
    const target = new Target('orders', upstream.url, policies);
    const model = new Model(opens);
    await fc.asyncModelRun(() => ({ model, real: { target, upstream } }), sequence);
    const { breaker: state } = target.snapshot();
    await atOnce(target.close());
    return { model, state };
  };
  const hold = (kind: (typeof KINDS)[number], commands: fc.Arbitrary<Sequence>) =>
    fc.assert(
      fc.asyncProperty(commands, (sequence) => follow(kind, sequence).then(() => {})),
      { numRuns: 60 },
    );

  it.each(KINDS)('of the kind %j behave as their model for calls without an operation', (...kind) =>
    hold(kind, commandsOf(OUTCOMES, [undefined])),
  );

  it.each(KINDS)('of the kind %j behave as their model for calls of several operations', (...kind) =>
    hold(kind, commandsOf(OUTCOMES, ['a', 'b'])),
  );

  it.each(KINDS)('of the kind %j behave as their model for calls of several clients', (...kind) =>
    hold(kind, commandsOf(OUTCOMES, ['a', 'a', 'b', undefined], ['one', 'two', 'three', undefined])),
  );

  it.each(KINDS)(
    'of the kind %j behave as their model when one client calls more than the others',
    (...kind) => {
      const outcomes = ['left', 'timeout', 'unreachable', 200, 500, 503, 503, 503] as const;
      return hold(kind, commandsOf(outcomes, ['a', 'a', undefined], ['one', 'one', 'one', 'two', undefined]));
    },
  );

  it.each(KINDS)(
    'of the kind %j reject no call of a client for failures that another client provokes',
    async (...kind) => {
      const well = new Called(200, 'a', 'two');
      const provoked = calledOf(['left', 'broken', 'timeout', 'garbage', 500, 503, 503], ['a'], ['one']);
      const checked = {
        check: () => true,
        run: async (model: Model, real: Real) => {
          await well.run(model, real);
          expect(well.result).toBe('200');
        },
        toString: () => 'well',
      };
      await hold(
        kind,
        fc.commands([provoked, provoked, passed, fc.constant(checked)], { maxCommands: 40, size: 'max' }),
      );
    },
  );

  it.each(KINDS)(
    'of the kind %j let a client through soon, although the probes of another client fail each time',
    async (...kind) => {
      const opened = Array.from({ length: 4 }, (_, i) => new Called(503, 'a', i % 2 ? 'one' : 'three'));
      const stopped = new Called(200, 'a', 'two');
      const well = new Called(200, 'a', 'two');
      for (const outcome of [503, 'timeout', 'left'] as const) {
        const tried = [new Passed(HALF_OPEN_AFTER), new Called(outcome, 'a', 'one')];
        await follow(kind, [...opened, stopped, ...tried, well]);
        expect([stopped.result, well.result]).toEqual(['circuit-open', '200']);
        // The success proves nothing for the other client, and a failure opens the circuit for all again.
        await follow(kind, [...opened, ...tried, new Called(503, 'a', 'three'), well]);
        expect(well.result).toBe('circuit-open');
      }
    },
  );

  it.each(KINDS)(
    'of the kind %j are open for one client until a call of another fails, as a bypass or as a probe',
    async (...kind) => {
      const opened = Array.from({ length: 4 }, () => new Called(503, 'a', 'one'));
      const other = new Called(503, 'a', 'two');
      const third = new Called(200, 'a', 'three');
      await follow(kind, [...opened, third]);
      expect(third.result).toBe('200');
      for (const last of [[other], [new Passed(HALF_OPEN_AFTER), other]]) {
        await follow(kind, [...opened, ...last, third]);
        expect(third.result).toBe('circuit-open');
      }
    },
  );

  it.each(KINDS)(
    'of the kind %j let other clients through during the probe of the client that they are open for',
    async (...kind) => {
      const opened = Array.from({ length: 4 }, () => new Called(503, 'a', 'one'));
      const statuses: number[] = [];
      const whileOneTries = {
        check: () => true,
        run: async (_model: Model, { target, upstream }: Real) => {
          const before = upstream.requests.length;
          upstream.respond = () => {};
          const trying = target.start({ ...GET, operationId: 'a', client: 'one' });
          const left = expect(trying.response).rejects.toThrow();
          await until(() => upstream.requests.length > before);
          expect(stateOf(target, 'a')).toBe('half-open');
          const second = atOnce(target.send({ ...GET, operationId: 'a', client: 'one' }));
          await expect(second).rejects.toMatchObject({ type: { code: 'circuit-open' } });
          upstream.respond = (_req, res) => res.end();
          const response = await atOnce(target.send({ ...GET, operationId: 'a', client: 'two' }));
          response.discard();
          statuses.push(response.status);
          trying.abort();
          await atOnce(left);
        },
        toString: () => 'while one tries',
      };
      await follow(kind, [...opened, new Passed(HALF_OPEN_AFTER), whileOneTries]);
      expect(statuses).toEqual([200]);
    },
  );

  it.each(KINDS)('of the kind %j let the next client probe after one that left', async (...kind) => {
    const opened = Array.from({ length: 4 }, (_, i) => new Called(503, 'a', i % 2 ? 'one' : 'two'));
    const tried = [new Passed(HALF_OPEN_AFTER), new Called(503, 'a', 'one'), new Called('left', 'a', 'two')];
    const next = new Called(200, 'a', 'three');
    await follow(kind, [...opened, ...tried, next]);
    expect(next.result).toBe('200');
  });

  it.each(KINDS)('of the kind %j start counting from zero when they close', async (...kind) => {
    const failures = Array.from({ length: 4 }, () => new Called(503));
    const closed = [...failures, new Passed(HALF_OPEN_AFTER), new Called(200)];
    expect((await follow(kind, closed)).state).toBe('closed');
    expect((await follow(kind, [...closed, ...failures])).state).toBe('open');
    expect((await follow(kind, [...closed, ...failures.slice(2)])).state).toBe('closed');
  });

  it.each(KINDS)('of the kind %j never open for 500 or for bytes that are not HTTP', async (...kind) => {
    const outcomes = [500, 'garbage', 200] as const;
    await fc.assert(
      fc.asyncProperty(commandsOf(outcomes, ['a', undefined]), async (sequence) => {
        const { model, state } = await follow(kind, sequence);
        expect([state, model.cutOff]).toEqual(['closed', []]);
      }),
      { numRuns: 20 },
    );
  });

  it.each(KINDS)(
    'of the kind %j do not affect other operations, however one of them fails',
    async (...kind) => {
      for (const outcome of [500, 503, 'broken', 'timeout', 'garbage'] as const) {
        const failures = Array.from({ length: 12 }, () => new Called(outcome, 'a'));
        const { model } = await follow(kind, [...failures, new Called(200, 'b'), new Called(200)]);
        expect([model.whole.isOpen, model.of('b').isOpen]).toEqual([false, false]);
      }
    },
  );
});

describe('A circuit', () => {
  const OWN_CIRCUIT = 1;
  const trip = async (outcome: Outcome, circuit: number, callCircuit: number, isError: boolean) => {
    const breaker = createBreaker(
      { kind: 'consecutive', failures: 3, halfOpenAfter: HALF_OPEN_AFTER },
      { circuit, hasAlternatives: () => true },
    );
    const call = { circuit: callCircuit, client: undefined, probeDelay: 0 };
    const result = { outcome, call };
    for (let i = 0; i < 3; i++) {
      await breaker
        .execute(call, () => (isError ? Promise.reject(result) : Promise.resolve(result)))
        .catch(() => {});
    }
    return breaker.state;
  };

  it.each<[Outcome, opens: 'none' | 'own' | 'instance']>([
    [{ kind: 'success' }, 'none'],
    [{ kind: 'throttled', retryAfter: undefined }, 'none'],
    [{ kind: 'unavailable', retryAfter: 1000 }, 'own'],
    [{ kind: 'failed' }, 'own'],
    [{ kind: 'internal-error' }, 'own'],
    [{ kind: 'timeout' }, 'own'],
    [{ kind: 'broken' }, 'own'],
    [{ kind: 'malformed' }, 'own'],
    [{ kind: 'unreachable' }, 'instance'],
    [{ kind: 'connect-timeout' }, 'instance'],
    [{ kind: 'unusable' }, 'none'],
    [{ kind: 'inconclusive' }, 'none'],
  ])('counts the outcome %j in the right circuit, returned or thrown', async (outcome, opens) => {
    for (const isError of [false, true]) {
      expect([
        await trip(outcome, OWN_CIRCUIT, OWN_CIRCUIT, isError),
        await trip(outcome, INSTANCE_CIRCUIT, OWN_CIRCUIT, isError),
        await trip(outcome, OWN_CIRCUIT, OWN_CIRCUIT + 1, isError),
      ]).toEqual([opens === 'own' ? 'open' : 'closed', opens === 'instance' ? 'open' : 'closed', 'closed']);
    }
  });
});
