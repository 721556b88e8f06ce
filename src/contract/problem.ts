/**
 * Problem details (RFC 9457), the format of every error response of linkway.
 *
 * A problem type is declared once, with its meaning and its remedy. Contracts list the problem types of each operation,
 * code throws a `Problem`, and one error handler writes `application/problem+json`.
 */
export interface ProblemType {
  /** Kebab-case name, unique in the catalogue: the last segment of `type`. */
  readonly code: string;
  /** The HTTP status of every response with this type (RFC 9457 §3.1.2). */
  readonly status: number;
  readonly title: string;
  /** Explains what happened to a reader who sees this problem for the first time. */
  readonly meaning: string;
  /** Explains what the client can do about it. */
  readonly remedy: string;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Path of the page about a problem type, which is also the value of `type` (RFC 9457 §3.1.1). */
export const problemPath = (code: string): string => `/problems/${code}`;

export const defineProblem = <const T extends ProblemType>(type: T): T => type;

/** One fault in a request. `pointer` is a JSON Pointer into the part of the request that `in` names. */
export interface Fault {
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'body';
  /** JSON Pointer in its URI fragment form (RFC 6901 §6); `#/<name>` for parameters. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  /** Extension members (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Logged, but never sent to clients. */
  readonly cause?: unknown;
}

/** Limits for parts of the request that are repeated in the response. */
const MAX_DETAIL_LENGTH = 1000;
const MAX_FAULT_LENGTH = 500;
const MAX_FAULTS = 50;

const truncate = (text: string, maxLength: number): string =>
  text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;

const limitFaults = (faults: readonly unknown[]): readonly unknown[] =>
  faults.slice(0, MAX_FAULTS).map((fault) => {
    const { pointer, detail } = Object(fault) as Partial<Fault>;
    if (typeof pointer !== 'string' || typeof detail !== 'string') return fault;
    return {
      ...(fault as Fault),
      pointer: truncate(pointer, MAX_FAULT_LENGTH),
      detail: truncate(detail, MAX_FAULT_LENGTH),
    };
  });

/** An error with a problem type. Clients see `detail`, so it must not contain internal addresses or secrets. */
export class Problem extends Error {
  readonly type: ProblemType;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    type: ProblemType,
    detail: string,
    { extensions = {}, headers = {}, cause }: ProblemOptions = {},
  ) {
    super(truncate(detail, MAX_DETAIL_LENGTH), { cause });
    this.name = 'Problem';
    this.type = type;
    const { errors } = extensions;
    this.extensions = Array.isArray(errors) ? { ...extensions, errors: limitFaults(errors) } : extensions;
    this.headers = headers;
  }

  get status(): number {
    return this.type.status;
  }

  /** The `application/problem+json` body. */
  toJSON(): Record<string, unknown> {
    const { code, title, status } = this.type;
    return { type: problemPath(code), title, status, detail: this.message, ...this.extensions };
  }
}
