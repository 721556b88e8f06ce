/** Responds to paths that no document has: 404, or 503 while a document that may have the path is not available. */
import { RETRY_INTERVAL } from '../../config/watch.ts';
import { Problem } from '../../contract/problem.ts';
import { contractUnavailable, notFound } from '../../contract/problems.ts';

/** Milliseconds until the gateway tries again to read a document that was not available. */
export const DOCUMENT_RETRY = RETRY_INTERVAL;

/** A service whose document is not available yet. */
interface UnavailableService {
  readonly name: string;
  /** The prefix of its paths; if it is empty, any path may belong to the service. */
  readonly prefix: string;
}

export interface UnavailableServices {
  /** Whether the document of an unavailable service may have the path. */
  mayOwn(path: string): boolean;
  /** @returns the problem to throw for a path that no document has */
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
        `The OpenAPI document of the service "${service.name}" is not available.`,
        {
          headers: { 'Retry-After': String(DOCUMENT_RETRY / 1000) },
        },
      );
    },
  };
};
