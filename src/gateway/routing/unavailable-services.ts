/** What a path is answered with that no document has: 404, or 503 while the document that may have it cannot be had. */
import { Problem } from '../../contract/problem.ts';
import { contractUnavailable, notFound } from '../../contract/problems.ts';

/** Milliseconds until a document that could not be had is tried again. */
export const DOCUMENT_RETRY = 5000;

/** A service whose document is not there yet. */
interface UnavailableService {
  readonly name: string;
  /** What its paths begin with; where that is empty, any path may be its. */
  readonly prefix: string;
}

export interface UnavailableServices {
  /** Whether a document may have the path once it is there. */
  mayOwn(path: string): boolean;
  /** To be thrown for a path that no document has. */
  problem(path: string): Problem;
}

export const createUnavailableServices = (waiting: readonly UnavailableService[]): UnavailableServices => {
  const find = (path: string) =>
    waiting.find(({ prefix }) => path.startsWith(prefix) && /^(?:[/?]|$)/.test(path.slice(prefix.length)));
  return {
    mayOwn: (path) => find(path) !== undefined,
    problem: (path) => {
      const service = find(path);
      if (service === undefined) return new Problem(notFound, 'No operation has this path.');
      return new Problem(
        contractUnavailable,
        `The contract of the service "${service.name}" cannot be had.`,
        {
          headers: { 'Retry-After': String(DOCUMENT_RETRY / 1000) },
        },
      );
    },
  };
};
