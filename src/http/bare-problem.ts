/** A problem where no pipeline is around it: the bytes of the answer, and the headers that tell what they are. */
import { PROBLEM_MEDIA_TYPE, Problem, type ProblemType } from '../contract/problem.ts';
import { problemLinks } from './problem-links.ts';

interface BareProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The last of its connection. */
export function bareProblem(type: ProblemType, more: Readonly<Record<string, string>> = {}): BareProblem {
  const problem = new Problem(type, type.meaning);
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
