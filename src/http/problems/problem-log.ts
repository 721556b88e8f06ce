/** Says in the log why requests fail here: each kind of failure once a minute, with how many there were meanwhile. */
import type { Logger } from 'pino';
import type { Problem } from '../../contract/problem.ts';
import { causeCode, causeText } from './cause.ts';

const MINUTE = 60_000;
/** More kinds within a minute are not logged. */
const MOST_KINDS = 1000;

interface Request {
  readonly requestId: string | undefined;
  readonly method: string;
  readonly path: string;
}

interface Told {
  readonly at: number;
  untold: number;
}

export type ProblemLog = (problem: Problem, request: Request) => void;

export function logProblems(logger: Pick<Logger, 'warn'>): ProblemLog {
  const kinds = new Map<string, Told>();
  return (problem, request) => {
    const now = performance.now();
    const { code } = problem.type;
    const service = problem.extensions?.service;
    const cause = causeCode(problem.cause);
    const kind = JSON.stringify([code, service, cause]);
    const told = kinds.get(kind);
    if (told && now - told.at < MINUTE) {
      told.untold += 1;
      return;
    }
    if (kinds.size >= MOST_KINDS)
      for (const [old, { at }] of kinds) if (now - at >= MINUTE) kinds.delete(old);
    if (kinds.size >= MOST_KINDS) return;
    kinds.set(kind, { at: now, untold: 0 });
    logger.warn(
      {
        problem: code,
        ...(service !== undefined && { service }),
        ...(cause !== undefined && { cause, meaning: causeText(problem.cause) }),
        ...request,
        ...(told && told.untold > 0 && { untold: told.untold }),
      },
      problem.message,
    );
  };
}
