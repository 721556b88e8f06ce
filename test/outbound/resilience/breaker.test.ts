/** Circuits against a model: whatever happens in whichever order, a target is asked exactly when the model says so. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import type { breakerSchema } from '../../../src/config/policies/breaker.ts';
import { Target } from '../../../src/outbound/target.ts';
import { atOnce, pass, until, useFakeTime } from '../../support/fake-time.ts';
import { policiesOf } from '../../support/policies.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const HALF_OPEN_AFTER = 5000;

/** Whether the circuit is to open after these calls, the latest last. */
type Opens = (calls: readonly { readonly at: number; readonly failed: boolean }[], now: number) => boolean;

const isOften = (calls: readonly { readonly failed: boolean }[], minimum: number): boolean =>
  calls.length >= minimum && calls.filter(({ failed }) => failed).length > calls.length / 2;

const KINDS: readonly [z.input<typeof breakerSchema>, Opens][] = [
  [
    { kind: 'sampling', window: 10_000, minimumCalls: 4 },
    (calls, now) => {
      const oldest = Math.floor(now / 1000) - 10;
      return isOften(
        calls.filter(({ at }) => Math.floor(at / 1000) > oldest),
        4,
      );
    },
  ],
  [{ kind: 'count', calls: 6, minimumCalls: 4 }, (calls) => isOften(calls.slice(-6), 4)],
  [
    { kind: 'consecutive', failures: 3 },
    (calls) => calls.length >= 3 && calls.slice(-3).every(({ failed }) => failed),
  ],
];

/** What is expected of one circuit. */
class ModelCircuit {
  calls: { at: number; failed: boolean }[] = [];
  openedAt: number | undefined;
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  get isOpen(): boolean {
    return this.openedAt !== undefined;
  }

  get letsThrough(): boolean {
    return this.openedAt === undefined || this.#model.now - this.openedAt >= HALF_OPEN_AFTER;
  }

  counted(failed: boolean): void {
    const { now, opens } = this.#model;
    if (this.openedAt !== undefined) {
      this.openedAt = failed ? now : undefined;
      if (!failed) this.calls = [{ at: now, failed: false }];
      return;
    }
    this.calls.push({ at: now, failed });
    if (failed && opens(this.calls, now)) this.openedAt = now;
  }

  /** It says nothing of whether calls go well; for a call that tries, whether there is somebody at all. */
  uncounted(isProof: boolean): void {
    if (this.openedAt !== undefined) this.counted(!isProof);
  }
}

/** What is expected of a service with one instance. */
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

  /** Operations that were called, and may not be called now. */
  get cutOff(): readonly string[] {
    return [...this.#operations]
      .filter(([, { isOpen }]) => isOpen || this.whole.isOpen)
      .map(([operationId]) => operationId);
  }

  called(operationId: string | undefined, outcome: Outcome): void {
    const own = operationId === undefined ? undefined : this.of(operationId);
    const all = own ? [this.whole, own] : [this.whole];
    if (outcome === 'left') for (const one of all) one.uncounted(false);
    else if (outcome === 'unreachable') {
      this.whole.counted(true);
      own?.uncounted(false);
    } else if (outcome === 'garbage') for (const one of all) one.uncounted(true);
    else if (outcome === 'broken' || outcome === 'timeout') {
      (own ?? this.whole).counted(true);
      if (own) this.whole.uncounted(true);
    } else {
      (own ?? this.whole).counted(outcome === 503);
      if (own) this.whole.counted(false);
    }
  }
}

interface Real {
  readonly target: Target;
  readonly upstream: Upstream;
}

const GET = { method: 'GET', path: '/', headers: [] };

type Outcome = 200 | 404 | 429 | 500 | 503 | 'broken' | 'timeout' | 'left' | 'unreachable' | 'garbage';

/** A call, and what comes of it: a response, something else, a connection that breaks, a caller that leaves. */
class Called implements fc.AsyncCommand<Model, Real> {
  readonly #outcome: Outcome;
  readonly #operationId: string | undefined;

  constructor(outcome: Outcome, operationId?: string) {
    this.#outcome = outcome;
    this.#operationId = operationId;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { target, upstream }: Real): Promise<void> {
    const outcome = this.#outcome;
    const operationId = this.#operationId;
    const own = operationId === undefined ? undefined : model.of(operationId);
    const letsThrough = model.whole.letsThrough && (own?.letsThrough ?? true);
    const tries = model.whole.isOpen || own?.isOpen === true;
    const before = upstream.requests.length;
    upstream.answer = (req, res) => {
      if (typeof outcome === 'number') res.writeHead(outcome).end();
      else if (outcome === 'broken') req.socket.destroy();
      else if (outcome === 'garbage') req.socket.end('SSH-2.0\r\n\r\n');
    };
    if (outcome === 'unreachable') await upstream.stop();
    const call = target.start({ ...GET, operationId });
    let result = 'pending';
    call.answer.then(
      (answer) => {
        answer.discard();
        result = String(answer.status);
      },
      (error) => {
        result = error.type?.code ?? error.name;
      },
    );
    if (letsThrough && outcome !== 'unreachable') {
      await until(() => upstream.requests.length > before);
      if (tries) expect(stateOf(target, operationId)).toBe('half-open');
      if (outcome === 'left') call.abort();
      if (outcome === 'timeout') {
        pass(ATTEMPT_TIMEOUT);
        model.now += ATTEMPT_TIMEOUT;
      }
    }
    await until(() => result !== 'pending');
    if (outcome === 'unreachable') await upstream.start();

    if (!letsThrough) {
      expect([result, upstream.requests.length]).toEqual(['circuit-open', before]);
    } else {
      expect(result).toBe(RESULTS[outcome as keyof typeof RESULTS] ?? String(outcome));
      model.called(operationId, outcome);
    }
    expect(target.snapshot().circuits?.map((one) => one.operationId) ?? []).toEqual(model.cutOff);
    if (model.whole.isOpen) expect(target.snapshot().breaker).toBe('open');
  }

  toString(): string {
    return `call(${this.#outcome}, ${this.#operationId})`;
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

const OUTCOMES = [
  ...(['left', 'broken', 'timeout', 'unreachable', 'garbage'] as const),
  ...([200, 404, 429, 500, 503, 503, 503] as const),
];

const commandsOf = (outcomes: readonly Outcome[], operations: readonly (string | undefined)[]) =>
  fc.commands(
    [
      fc
        .tuple(fc.constantFrom(...outcomes), fc.constantFrom(...operations))
        .map((args) => new Called(...args)),
      fc.constantFrom(500, 1000, 4999, 5000, 20_000).map((milliseconds) => new Passed(milliseconds)),
    ],
    { maxCommands: 40, size: 'max' },
  );

describe('circuits', () => {
  let upstream: Upstream;
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

  it.each(KINDS)('of the kind %j are as their model for calls that name no operation', (...kind) =>
    hold(kind, commandsOf(OUTCOMES, [undefined])),
  );

  it.each(KINDS)('of the kind %j are as their model for calls of several operations', (...kind) =>
    hold(kind, commandsOf(OUTCOMES, ['a', 'b'])),
  );

  it.each(KINDS)('of the kind %j forget what was before they closed', async (...kind) => {
    const failures = Array.from({ length: 4 }, () => new Called(503));
    const closed = [...failures, new Passed(HALF_OPEN_AFTER), new Called(200)];
    expect((await follow(kind, closed)).state).toBe('closed');
    expect((await follow(kind, [...closed, ...failures])).state).toBe('open');
    expect((await follow(kind, [...closed, ...failures.slice(2)])).state).toBe('closed');
  });

  it.each(KINDS)('of the kind %j never open for 500 or for what is not HTTP', async (...kind) => {
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
    'of the kind %j leave the other operations alone, however one of them fails',
    async (...kind) => {
      for (const outcome of [500, 503, 'broken', 'timeout', 'garbage'] as const) {
        const failures = Array.from({ length: 12 }, () => new Called(outcome, 'a'));
        const { model } = await follow(kind, [...failures, new Called(200, 'b'), new Called(200)]);
        expect([model.whole.isOpen, model.of('b').isOpen]).toEqual([false, false]);
      }
    },
  );
});
