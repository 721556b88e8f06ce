/**
 * Problem details (RFC 9457): what every error answer of linkway is made of.
 *
 * A problem type is declared once, with what it means and how it is mended; contracts list the types an
 * operation can answer, code throws a `Problem`, and one error handler writes `application/problem+json`.
 */
export interface ProblemType {
  /** Kebab-case name, unique in the catalogue: the last segment of `type`. */
  readonly code: string;
  /** HTTP status that this type always answers with (RFC 9457 §3.1.2). */
  readonly status: number;
  readonly title: string;
  /** What happened, for whoever meets it for the first time. */
  readonly meaning: string;
  /** What the caller can do about it. */
  readonly remedy: string;
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Path of the page that explains a problem type; the value of `type`, relative to the request (RFC 9457 §3.1.1). */
export const problemPath = (code: string): string => `/problems/${code}`;

export const defineProblem = <const T extends ProblemType>(type: T): T => type;

/** One fault in a request: where it is (JSON Pointer into the part that `in` names) and what is wrong. */
export interface Fault {
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'body';
  /** JSON Pointer in its URI fragment form (RFC 6901 §6), for parameters `#/<name>`. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemOptions {
  /** Members beside the standard ones, under other names (RFC 9457 §3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Kept for the log; never leaves the process. */
  readonly cause?: unknown;
}

/** What a request has, and is told again, takes no more room than this. */
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

/** Throw it anywhere; `detail` is shown to the caller, so it names no internal address and no secret. */
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
