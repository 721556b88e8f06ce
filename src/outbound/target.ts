/**
 * One service that is called: its instances, its resilience policies, its statistics. All calls share it, so that all of
 * them see the same circuit breakers. Each call goes through deadline → retry → bulkhead → choice of an instance → its
 * circuit breaker → attempt.
 */
import { isDeepStrictEqual } from 'node:util';
import { BrokenCircuitError } from 'cockatiel';
import type { ServicePolicies } from '../config/policies/policies.ts';
import { DEADLINE_HEADER } from '../http/headers/deadline.ts';
import { causeText } from '../http/problems/cause.ts';
import { Attempt } from './call/attempt.ts';
import { traceAttempt } from './call/attempt-span.ts';
import { Call } from './call/call.ts';
import { CallAborted, CallFailure, DeadlineExceeded, RESPONSE_FAULTS } from './call/call-errors.ts';
import { isFailureStatus } from './call/to-outcome.ts';
import { circuitOpenProblem, toProblem } from './call/to-problem.ts';
import type { OutboundRequest } from './call/types.ts';
import { toUpload } from './call/upload.ts';
import type { UpstreamResponse } from './call/upstream-response.ts';
import { type Dependency, mergeDependencies } from './instances/dependencies.ts';
import type { Lookup } from './instances/dns.ts';
import type { Endpoint, Owner } from './instances/endpoint.ts';
import { type TargetLocation, updateEndpoints } from './instances/endpoints.ts';
import type { Instance } from './instances/instance.ts';
import { acceptsCalls, isAvailable, pick, type WeightedGroup } from './instances/load-balancer.ts';
import { Statistics } from './instances/statistics.ts';
import type { Mirror } from './mirror.ts';
import type { OpenedCircuit } from './resilience/circuit-log.ts';
import type { ClientId } from './resilience/circuit-scope.ts';
import { ServiceResilience } from './resilience/resilience.ts';
import { halfOpenAt, snapshotOf, type TargetSnapshot } from './target-snapshot.ts';
import { awaitResponse, type Upstream } from './upstream.ts';

export interface TargetContext {
  /** The target before a reload, whose unchanged instances keep their connections and breakers. */
  readonly previous?: Target | undefined;
  /** Looks up host names; by default the system does. */
  readonly resolve?: Lookup | undefined;
  readonly onOpen?: ((opened: OpenedCircuit) => void) | undefined;
  /** Receives copies of the calls. */
  readonly mirror?: Mirror | undefined;
}

export class Target implements Owner, Upstream {
  readonly name: string;
  readonly location: TargetLocation;
  readonly policies: ServicePolicies;
  readonly #endpoints: readonly Endpoint[];
  readonly #resilience: ServiceResilience;
  readonly #statistics: Statistics;
  readonly #onOpen: TargetContext['onOpen'];
  readonly mirror: Mirror | undefined;
  #instances: readonly Instance[] = [];
  /** The shares of the calls, if they differ. */
  #split: { readonly groups?: readonly WeightedGroup<Instance>[] } = {};
  /** The cause of the latest failure, for the log. */
  #lastFailureCause: unknown;

  constructor(
    name: string,
    place: TargetLocation | string,
    policies: ServicePolicies,
    { previous, resolve, onOpen, mirror }: TargetContext = {},
  ) {
    this.name = name;
    this.location = typeof place === 'string' ? { urls: [place], lookup: 0 } : place;
    this.policies = policies;
    this.#onOpen = onOpen;
    this.mirror = mirror;
    const isSamePolicy = previous !== undefined && isDeepStrictEqual(previous.policies, policies);
    this.#resilience = isSamePolicy ? previous.#resilience : new ServiceResilience(policies);
    this.#statistics = isSamePolicy ? previous.#statistics : new Statistics();
    this.#endpoints = updateEndpoints(this.location, {
      connectTimeout: policies.policy.connectTimeout,
      circuits: this.#resilience.circuits,
      lookup: resolve,
      previous: previous && { location: previous.location, endpoints: previous.#endpoints, isSamePolicy },
    });
    for (const endpoint of this.#endpoints) endpoint.join(this);
    this.onInstancesChange();
  }

  /** The URLs of all endpoints. */
  get urls(): readonly string[] {
    return this.location.urls;
  }

  get instances(): readonly Instance[] {
    return this.#instances;
  }

  onInstancesChange(): void {
    this.#instances = this.#endpoints.flatMap(({ instances }) => instances);
    const { weights } = this.location;
    if (weights)
      this.#split = {
        groups: this.#endpoints.map(({ instances }, i) => ({ weight: weights[i] ?? 1, instances })),
      };
  }

  onOpen(instance: Instance, circuit: number, isForOneClient: boolean): void {
    this.#onOpen?.({
      service: this.name,
      operationId: this.#resilience.operationOf(circuit),
      instance: this.hasMultipleInstances ? instance.id : undefined,
      isForOneClient,
    });
  }

  canReplace(instance: Instance, circuit: number, client: ClientId): boolean {
    const all = this.#instances;
    return (
      all.length === 1 || all.some((one) => one !== instance && isAvailable(one, circuit, client, instance))
    );
  }

  get hasMultipleInstances(): boolean {
    return this.#instances.length > 1;
  }

  hasUntriedInstance({ tried, circuit, client }: Call): boolean {
    return (
      this.#instances.length > 1 &&
      this.#instances.some((one) => !tried.includes(one) && isAvailable(one, circuit, client))
    );
  }

  /** Begins a call; `call.response` settles with the head of the response, `call.abort()` gives the call up. */
  start(request: OutboundRequest): Call {
    const now = performance.now();
    const resilience = this.#resilience.for(request.operationId);
    const deadline = Math.min(now + resilience.policy.deadline, request.deadline ?? Number.POSITIVE_INFINITY);
    const circuit = this.#resilience.circuitOf(request.operationId);
    const call = new Call(request, { resilience, circuit, deadline }, this);
    this.#statistics.requests += 1;
    this.#resilience.budget.countCall(now);
    // Such a call never reaches the circuit breaker, so that it is no half-open probe either.
    if (deadline - now < resilience.policy.minimumTime) call.fail(new DeadlineExceeded());
    else {
      this.#run(call);
      this.mirror?.copy(request);
    }
    return call;
  }

  send(request: OutboundRequest, signal?: AbortSignal): Promise<UpstreamResponse> {
    return awaitResponse(this.start(request), signal);
  }

  /** A text that changes with the state of any instance. */
  get stateFingerprint(): string {
    return this.#instances
      .map(({ id, circuits, isHealthy, isIsolated, dependencies }) =>
        [
          id,
          isHealthy,
          isIsolated,
          ...circuits.map(({ state, onlyClient }) => state + (onlyClient === undefined ? '' : 1)),
          ...dependencies.map(({ name, status }) => `${name} ${status}`),
        ].join(' '),
      )
      .join();
  }

  /** The dependencies that the health checks of its instances report. */
  get dependencies(): readonly Dependency[] {
    return mergeDependencies(this.#instances.flatMap(({ dependencies }) => dependencies));
  }

  snapshot(): TargetSnapshot {
    return snapshotOf({
      name: this.name,
      instances: this.#instances,
      resilience: this.#resilience,
      statistics: this.#statistics,
      groups: this.#split.groups,
      mirror: this.mirror?.snapshot(),
    });
  }

  /** Waits for the calls in flight. */
  async close(): Promise<void> {
    await Promise.all([this.mirror?.close(), ...this.#endpoints.map((endpoint) => endpoint.leave(this))]);
  }

  #run(call: Call): void {
    const { bulkheads, execute } = call.resilience;
    // Fails before the call waits for a bulkhead, or for the half-open probe of another call as in cockatiel.
    if (!this.#instances.some((one) => acceptsCalls(one, call))) {
      call.fail(new BrokenCircuitError());
      return;
    }
    if (bulkheads.isWaiting(call)) call.pause();
    execute(call, () => this.#attempt(call)).then(call.succeed, call.fail);
  }

  #attempt(call: Call): Promise<UpstreamResponse> {
    // A call that was aborted while it waited says nothing about the target.
    if (call.abortReason) throw new CallAborted(call.abortReason);
    const instance = pick(this.#instances, call, this.#split);
    if (!instance) throw new BrokenCircuitError();
    if (this.#instances.length > 1) call.tried = [...call.tried, instance];
    return instance.guard(call, () => this.#attemptAt(call, instance));
  }

  async #attemptAt(call: Call, instance: Instance): Promise<UpstreamResponse> {
    call.resume();
    const remaining = call.remaining;
    const { attemptTimeout, idleTimeout, minimumTime } = call.resilience.policy;
    if (remaining < minimumTime) throw new DeadlineExceeded();
    const statistics = this.#statistics;
    const own = instance.statistics;
    const startedAt = performance.now();
    statistics.inFlight += 1;
    own.inFlight += 1;
    own.requests += 1;
    this.#recordInStats(call, instance);
    const time = Math.min(attemptTimeout, Math.ceil(remaining));
    const attempt = new Attempt(call, time, (error) => {
      statistics.inFlight -= 1;
      own.inFlight -= 1;
      if (error) this.#onTruncatedBody(call, instance, error);
    });
    const { method, path, body, upgrade } = call.request;
    const { span, headers = call.request.headers } = traceAttempt(this.name, call) ?? {};
    const sent = headers.concat(DEADLINE_HEADER, String(time));
    const upload = toUpload(body, sent);
    const options = { method, path, headers: sent, body: upload, bodyTimeout: idleTimeout };
    instance.dispatch(upgrade === undefined ? options : { ...options, upgrade }, attempt);
    try {
      const response = await attempt.head;
      const milliseconds = performance.now() - startedAt;
      statistics.recordLatency(milliseconds);
      own.recordLatency(milliseconds);
      instance.countConnection(call.circuit);
      span?.end({ status: response.status });
      if (isFailureStatus(response.status))
        this.#recordFailure(`responded with ${response.status}`, undefined, call, instance);
      return response;
    } catch (error) {
      span?.end({ reason: error instanceof CallFailure ? error.kind : 'aborted' });
      if (error instanceof CallFailure) this.#recordFailure(reasonOf(error), error.cause, call, instance);
      if (error instanceof CallFailure && !error.isConnected) instance.countConnection(call.circuit, error);
      if (error instanceof CallFailure && error.kind === 'unreachable')
        for (const endpoint of this.#endpoints)
          if (endpoint.instances.includes(instance)) endpoint.onUnreachable();
      throw error;
    }
  }

  #recordFailure(
    reason: string,
    cause: unknown,
    { request: { operationId } }: Call,
    instance: Instance,
  ): void {
    this.#lastFailureCause = cause;
    this.#statistics.recordFailure(reason, operationId);
    instance.statistics.recordFailure(reason, operationId);
  }

  /** Counts an attempt for the log line of its inbound request. */
  #recordInStats({ request: { stats }, circuit, client }: Call, instance: Instance): void {
    if (stats === undefined) return;
    stats.attempts += 1;
    if (stats.breaker !== 'open') stats.breaker = instance.stateOfCircuit(circuit, client);
    if (this.#instances.length > 1 && stats.service === this.name) stats.instance = instance.id;
  }

  /** Records a response that was truncated after its head. Among several instances, that counts as a failed call. */
  #onTruncatedBody(call: Call, instance: Instance, failure: CallFailure): void {
    const { cause } = failure;
    this.#recordFailure(withCause(TRUNCATED, cause), cause, call, instance);
    if (this.hasMultipleInstances && failure.kind === 'broken')
      instance.retractSuccess(call.circuit, failure);
  }

  toProblem(error: unknown, { request, circuit, client, resilience: { policy } }: Call): unknown {
    if (!(error instanceof BrokenCircuitError)) return toProblem(this.name, error);
    if (request.stats) request.stats.breaker = 'open';
    const until = halfOpenAt(this.#instances, circuit, client);
    return circuitOpenProblem(this.name, until, policy.breaker.halfOpenAfter, this.#lastFailureCause);
  }
}

const TRUNCATED = 'the response was truncated';

const REASONS = {
  unreachable: 'no connection',
  broken: 'the connection broke',
  timeout: 'no response in time',
} as const;

const reasonOf = ({ kind, fault, cause }: CallFailure): string =>
  kind === 'invalid' ? RESPONSE_FAULTS[fault ?? 'not-http'] : withCause(REASONS[kind], cause);

const withCause = (reason: string, cause: unknown): string => {
  const text = causeText(cause);
  return text === undefined ? reason : `${reason}: ${text}`;
};
