/** Says in the log why requests fail here: each kind of failure once a minute, with how many there were meanwhile. */
import type { Logger } from 'pino';
import type { Problem } from '../../contract/problem.ts';
import { causeCode, causeText } from './cause.ts';

const MINUTE = 60_000;
/** More kinds within a minute are not logged. */
const MAX_KINDS = 1000;

interface LoggedRequest {
  readonly requestId: string | undefined;
  readonly method: string;
  readonly path: string;
}

interface LoggedKind {
  readonly loggedAt: number;
  untold: number;
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
      logged.untold += 1;
      return;
    }
    if (kinds.size >= MAX_KINDS)
      for (const [old, { loggedAt: at }] of kinds) if (now - at >= MINUTE) kinds.delete(old);
    if (kinds.size >= MAX_KINDS) return;
    kinds.set(kind, { loggedAt: now, untold: 0 });
    logger.warn(
      {
        problem: code,
        ...(service !== undefined && { service }),
        ...(cause !== undefined && { cause, meaning: causeText(problem.cause) }),
        ...request,
        ...(logged && logged.untold > 0 && { untold: logged.untold }),
      },
      problem.message,
    );
  };
}
