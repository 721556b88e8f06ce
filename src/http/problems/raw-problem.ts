/** Sends a problem outside of a pipeline: the bytes of the response, and its headers. */
import type { ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, Problem, type ProblemType } from '../../contract/problem.ts';
import { problemLinks } from './problem-links.ts';

interface RawProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Creates the problem as a response that closes its connection. */
export function rawProblem(
  type: ProblemType,
  more: Readonly<Record<string, string>> = {},
  detail = type.meaning,
): RawProblem {
  const problem = new Problem(type, detail);
  const body = JSON.stringify({ ...problem.toJSON(), _links: problemLinks(problem) });
  const headers = {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...more,
  };
  return { status: type.status, headers, body };
}

export function sendRawProblem(res: ServerResponse, ...problem: Parameters<typeof rawProblem>): void {
  const { status, headers, body } = rawProblem(...problem);
  res.writeHead(status, headers).end(body);
}
