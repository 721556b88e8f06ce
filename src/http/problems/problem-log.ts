/**
 * Logs the causes of failed requests: each kind of failure once a minute, with the number of suppressed
 * repetitions.
 */
import type { Logger } from 'pino';
import type { Problem } from '../../contract/problem.ts';
import { causeCode, causeText } from './cause.ts';

const MINUTE = 60_000;
/** Further kinds within a minute are not logged. */
const MAX_KINDS = 1000;

interface LoggedRequest {
  readonly requestId: string | undefined;
  readonly method: string;
  readonly path: string;
}

interface LoggedKind {
  readonly loggedAt: number;
  suppressed: number;
}

export type ProblemLog = (problem: Problem, request: LoggedRequest) => void;

export function createProblemLog(logger: Pick<Logger, 'warn'>): ProblemLog {
  const kinds = new Map<string, LoggedKind>();
  return (problem, request) => {
    const now = performance.now();
    const { code } = problem.type;
    const service = problem.extensions?.service;
    const cause = causeCode(problem.cause);
    const kind = JSON.stringify([code, service, cause]);
    const logged = kinds.get(kind);
    if (logged && now - logged.loggedAt < MINUTE) {
      logged.suppressed += 1;
      return;
    }
    if (kinds.size >= MAX_KINDS)
      for (const [old, { loggedAt: at }] of kinds) if (now - at >= MINUTE) kinds.delete(old);
    if (kinds.size >= MAX_KINDS) return;
    kinds.set(kind, { loggedAt: now, suppressed: 0 });
    logger.warn(
      {
        problem: code,
        ...(service !== undefined && { service }),
        ...(cause !== undefined && { cause, meaning: causeText(problem.cause) }),
        ...request,
        ...(logged && logged.suppressed > 0 && { suppressed: logged.suppressed }),
      },
      problem.message,
    );
  };
}
