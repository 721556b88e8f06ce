/** Circuits against a model: whatever happens in whichever order, a target is asked exactly when the model says so. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { z } from 'zod';
import type { breakerSchema } from '../../src/config/breaker.ts';
import { Target } from '../../src/outbound/target.ts';
import { atOnce, pass, until, useFakeTime } from '../support/fake-time.ts';
import { policiesOf } from '../support/policies.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

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

/** What is expected of a circuit. */
class Model {
  calls: { at: number; failed: boolean }[] = [];
  openedAt: number | undefined;
  now = 0;
  readonly #opens: Opens;

  constructor(opens: Opens) {
    this.#opens = opens;
  }

  get state(): 'closed' | 'open' {
    return this.openedAt === undefined ? 'closed' : 'open';
  }

  get letsThrough(): boolean {
    return this.openedAt === undefined || this.now - this.openedAt >= HALF_OPEN_AFTER;
  }

  /** @param isProof whether it says anything of the target */
  called(failed: boolean, isProof = true): void {
    if (this.openedAt !== undefined) {
      this.openedAt = failed || !isProof ? this.now : undefined;
      this.calls = failed || !isProof ? this.calls : [{ at: this.now, failed: false }];
      return;
    }
    if (!isProof) return;
    this.calls.push({ at: this.now, failed });
    if (failed && this.#opens(this.calls, this.now)) this.openedAt = this.now;
  }
}

interface Real {
  readonly target: Target;
  readonly upstream: Upstream;
}

const GET = { method: 'GET', path: '/', headers: [] };

/** A call, and what comes of it: an answer, a connection that breaks, no answer in time, a caller that leaves. */
class Called implements fc.AsyncCommand<Model, Real> {
  readonly #outcome: 200 | 404 | 429 | 500 | 503 | 'broken' | 'timeout' | 'left';

  constructor(outcome: Called['outcome']) {
    this.#outcome = outcome;
  }

  get outcome() {
    return this.#outcome;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, { target, upstream }: Real): Promise<void> {
    const outcome = this.#outcome;
    const before = upstream.requests.length;
    upstream.answer = (req, res) => {
      if (typeof outcome === 'number') res.writeHead(outcome).end();
      else if (outcome === 'broken') req.socket.destroy();
    };
    const call = target.start(GET);
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
    if (model.letsThrough) {
      await until(() => upstream.requests.length > before);
      if (model.openedAt !== undefined) expect(target.snapshot().breaker).toBe('half-open');
      if (outcome === 'left') call.abort();
      if (outcome === 'timeout') {
        pass(ATTEMPT_TIMEOUT);
        model.now += ATTEMPT_TIMEOUT;
      }
    }
    await until(() => result !== 'pending');

    if (!model.letsThrough) {
      expect([result, upstream.requests.length]).toEqual(['circuit-open', before]);
    } else {
      expect(result).toBe(RESULTS[outcome as keyof typeof RESULTS] ?? String(outcome));
      model.called(typeof outcome === 'number' ? outcome >= 500 : outcome !== 'left', outcome !== 'left');
    }
    expect(target.snapshot().breaker).toBe(model.state);
  }

  toString(): string {
    return `call(${this.#outcome})`;
  }
}

const ATTEMPT_TIMEOUT = 100;
const RESULTS = { broken: 'bad-gateway', timeout: 'upstream-timeout', left: 'CallAborted' };

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

const commands = fc.commands(
  [
    fc
      .constantFrom('left', 'broken', 'timeout', 200, 404, 429, 500, 503, 500, 500)
      .map((outcome) => new Called(outcome as Called['outcome'])),
    fc.constantFrom(500, 1000, 4999, 5000, 20_000).map((milliseconds) => new Passed(milliseconds)),
  ],
  { maxCommands: 40, size: 'max' },
);

describe('a circuit', () => {
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
    model.now = performance.now();
    await fc.asyncModelRun(() => ({ model, real: { target, upstream } }), sequence);
    await atOnce(target.close());
    return model;
  };

  it.each(KINDS)('of the kind %j is as its model', async (...kind) => {
    await fc.assert(
      fc.asyncProperty(commands, (sequence) => follow(kind, sequence).then(() => {})),
      { numRuns: 60 },
    );
  });

  it.each(KINDS)('of the kind %j forgets what was before it closed', async (...kind) => {
    const failures = Array.from({ length: 4 }, () => new Called(500));
    const closed = [...failures, new Passed(HALF_OPEN_AFTER), new Called(200)];
    expect((await follow(kind, closed)).state).toBe('closed');
    expect((await follow(kind, [...closed, ...failures])).state).toBe('open');
    expect((await follow(kind, [...closed, ...failures.slice(2)])).state).toBe('closed');
  });
});
