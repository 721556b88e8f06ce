/**
 * Refuses requests above the limits of `rateLimits`, for clients and for parts of expansions alike. It runs after
 * authentication, because a limit may be per subject. Requests that match no operation and requests for pages of the
 * gateway are counted by their address, except for `/health`, which must not fail because of a limit.
 *
 * Sends `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10) on every response of a counted
 * request, 429 with `Retry-After` (RFC 6585 §4), and 503 if the shared store is away and `storeFailure` is `refuse`.
 */
import { type IncomingMessage, METHODS } from 'node:http';
import { ConfigError } from '../../config/config-error.ts';
import { firstSegment, RESERVED_SEGMENTS } from '../../contract/reserved-paths.ts';
import { contextOf, type RequestContext } from '../../http/context.ts';
import type { Step } from '../../http/server/pipeline.ts';
import { type HeadHook, onHead } from '../../http/server/response-head.ts';
import type { GatewayOperation } from '../operation.ts';
import { appliesOutside, appliesTo, unknownOperations } from '../rate-limits/applicable.ts';
import { type KeyOf, keyOfRule } from '../rate-limits/keys.ts';
import type { Limit } from '../rate-limits/limit.ts';
import type { Counted, RateLimiter } from '../rate-limits/rate-limiter.ts';
import type { OperationStep } from './operation-step.ts';

/** HTTP/2 has any method that a client makes up. No rule names one of these, so that all of them count as one. */
const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);
const OTHER_METHOD = '';

interface RateLimitSteps {
  /** Adds the fields to responses, and counts requests for pages of the gateway. */
  readonly fields: Step;
  /** Counts requests to operations. */
  readonly operation: OperationStep;
  /** Counts requests that match no operation. */
  readonly unrouted: (req: IncomingMessage) => void | Promise<void>;
}

interface RateLimitStepOptions {
  readonly operations: readonly GatewayOperation[];
  /** Names of the services whose document is not available yet. */
  readonly unavailable: readonly string[];
}

/** Creates the steps for the operations of one configuration. @throws ConfigError for an unknown operation */
export type RateLimits = (options: RateLimitStepOptions) => RateLimitSteps;

export const rateLimits =
  (limiter: RateLimiter): RateLimits =>
  ({ operations, unavailable }) => {
    const rules = limiter.limits.map(({ rule }) => rule);
    const faults = unknownOperations(rules, operations, (services) =>
      unavailable.every((name) => services !== undefined && !services.includes(name)),
    );
    if (faults.length > 0)
      throw new ConfigError(faults.map(({ path, message }) => `${path.join('.')}: ${message}`));
    const counted = new Map(
      operations.flatMap((operation) => {
        const limits = limiter.limits.filter(({ rule }) => appliesTo(rule, operation));
        return limits.length === 0 ? [] : [[operation, countedBy(limits, operation)] as const];
      }),
    );
    const outside = new Map<string, Counted>();
    const countOutside = (req: IncomingMessage, context: RequestContext): void | Promise<void> => {
      const method = KNOWN_METHODS.has(req.method ?? '') ? (req.method ?? '') : OTHER_METHOD;
      let found = outside.get(method);
      if (found === undefined) {
        found = countedBy(
          limiter.limits.filter(({ rule }) => appliesOutside(rule, method)),
          undefined,
        );
        outside.set(method, found);
      }
      if (found.limits.length > 0) return limiter.count(found, context);
    };
    return {
      fields: function rateLimitFields(req, res, next) {
        const context = contextOf(req);
        onHead(res, addFields);
        const segment = firstSegment(req.url ?? '');
        const isPage = RESERVED_SEGMENTS.has(segment) && segment !== 'health';
        const pending = isPage ? countOutside(req, context) : undefined;
        if (pending) return pending.then(() => next());
        next();
      },
      operation: function rateLimit({ operation, context }) {
        const found = counted.get(operation);
        if (found !== undefined) return limiter.count(found, context);
      },
      unrouted: (req) => {
        const context = contextOf(req);
        // A page that does not exist has been counted.
        if (context.rateLimits === undefined) return countOutside(req, context);
      },
    };
  };

function countedBy(limits: readonly Limit[], operation: GatewayOperation | undefined): Counted {
  const keyed = limits.flatMap((limit) => {
    const key = keyOfRule(limit.rule.per, operation);
    return key === undefined ? [] : [{ limit, key }];
  });
  return { limits: keyed.map(({ limit }) => limit), keys: keyed.map<KeyOf>(({ key }) => key) };
}

/** Adds the fields when the head is written, whichever step does that. Fields of the service stay next to them. */
const addFields: HeadHook = (req, _res, head) => {
  const fields = contextOf(req).rateLimits?.fields();
  if (fields !== undefined) head.push(...fields);
};
