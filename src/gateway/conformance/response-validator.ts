/**
 * One answer against what its operation declares. What HTTP itself answers a condition or a range with
 * (RFC 9110 §15.3.7, §15.4.5, §15.5.17) need not be declared.
 */
import { charsetOf } from '../../http/body/charset.ts';
import { decode } from '../../http/body/decode.ts';
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';
import { essence, isJsonType } from '../validation/body/media-types.ts';
import type { DeclaredMedia, DeclaredResponse, ResponseContract } from '../validation/responses.ts';
import { overTurns, TurnOver } from '../validation/schema/turn.ts';
import { TOO_MANY } from '../validation/schema/validation-budget.ts';
import { faultsOf } from '../validation/schema/validation-errors.ts';
import type { ResponseFault } from './response-fault.ts';
import { bodyFault } from './response-fault.ts';

export interface ValidatedRequest {
  readonly method: string;
  /** Path and query, as the service knows them. */
  readonly path: string;
}

/** 501 says that there is nothing yet that could be as the contract says. */
const UNDECLARED_STATUSES: ReadonlySet<number> = new Set([206, 304, 416, 501]);
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
const PARTIAL = 206;

/** It leaves out what the schema requires, because the caller asked for that. */
const FIELDS_PARAMETER = /[?&]fields=/;

const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/;

/** More would tell nobody more. */
const MAX_FAULTS = 20;

export class ResponseValidator {
  /** Whether there is a body to be checked. */
  readonly needsBody: boolean;
  /** Whether the head is all that can be told of it. */
  readonly isPartial: boolean;
  /** Whether a type is missing if there is any content: its first byte is all that is read for that. */
  readonly lacksContentType: boolean;
  readonly #contract: ResponseContract;
  readonly #response: UpstreamAnswer;
  readonly #hasBody: boolean;
  readonly #type: string | undefined;
  readonly #declared: DeclaredResponse | undefined;
  readonly #media: DeclaredMedia | undefined;

  /** Cheap: whatever needs a schema is done by `head` and `body`. */
  constructor(contract: ResponseContract, answer: UpstreamAnswer, { method, path }: ValidatedRequest) {
    const { status } = answer;
    this.#contract = contract;
    this.#response = answer;
    this.#type = answer.header('content-type');
    this.#declared = contract.of(status);
    this.#media = this.#type === undefined ? undefined : this.#declared?.media(this.#type);
    this.#hasBody = method !== 'HEAD' && !WITHOUT_BODY.has(status);
    const isJson = this.#media?.check !== undefined && isJsonType(essence(this.#type ?? ''));
    this.isPartial =
      isJson && this.#hasBody && (status === PARTIAL || (status < 300 && FIELDS_PARAMETER.test(path)));
    this.lacksContentType =
      this.#type === undefined &&
      this.#hasBody &&
      answer.header('content-length') === undefined &&
      (this.#declared?.types.length ?? 0) > 0;
    this.needsBody = this.lacksContentType || (isJson && this.#hasBody && !this.isPartial);
  }

  /** Status, media type, headers. */
  validateHead(): readonly ResponseFault[] {
    const { status } = this.#response;
    if (this.#declared) return [...this.#typeFaults(this.#declared), ...this.#headerFaults(this.#declared)];
    if (UNDECLARED_STATUSES.has(status)) return [];
    return [{ kind: 'status', detail: `${status} is not declared; ${this.#contract.statuses.join(', ')}` }];
  }

  /**
   * @param bytes undefined where it is larger than `limit`
   * @returns undefined where it cannot be told
   */
  async validateBody(
    bytes: Buffer | undefined,
    limit: number,
  ): Promise<readonly ResponseFault[] | undefined> {
    if (this.lacksContentType) return bytes?.length === 0 ? [] : [this.#undeclaredType()];
    if (bytes === undefined) return undefined;
    const coding = this.#response.header('content-encoding');
    const charset = charsetOf(this.#type);
    let decoded: Buffer | undefined;
    try {
      decoded = await decode(bytes, coding, limit);
    } catch {
      return [bodyFault('#', 'is not encoded as `Content-Encoding` says')];
    }
    if (decoded === undefined || charset === undefined) return undefined;
    const text = charset.decode(decoded);
    if (text === undefined) return [bodyFault('#', `is not ${charset.name}`)];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [bodyFault('#', 'is not well-formed JSON')];
    }
    const { length } = decoded;
    return overTurns(() => this.#schemaFaults(value, length));
  }

  #schemaFaults(value: unknown, size: number): readonly ResponseFault[] | undefined {
    try {
      const errors = this.#media?.check?.(value, size) ?? [];
      if (errors === TOO_MANY) return undefined;
      return faultsOf('body', errors.slice(0, MAX_FAULTS)).map(({ pointer, detail }) =>
        bodyFault(pointer, detail),
      );
    } catch (error) {
      if (error instanceof TurnOver) throw error;
      // Nested too deeply to be looked at, or a pattern that gives up.
      return undefined;
    }
  }

  /** A response without content need not have a type (RFC 9110 §8.3), however its end is told. */
  #typeFaults({ types }: DeclaredResponse): readonly ResponseFault[] {
    if (types.length === 0 || this.#media || WITHOUT_BODY.has(this.#response.status)) return [];
    const isEmpty = !this.#hasBody || this.#response.header('content-length') === '0';
    if (this.lacksContentType || (this.#type === undefined && isEmpty)) return [];
    return [this.#undeclaredType()];
  }

  #undeclaredType(): ResponseFault {
    const type = essence(this.#type ?? '');
    const shown = type === '' ? 'none' : MEDIA_TYPE.test(type) ? type : 'what it says';
    return {
      kind: 'media-type',
      pointer: '#/content-type',
      detail: `${shown} is not declared; ${this.#declared?.types.join(', ')}`,
    };
  }

  #headerFaults(declared: DeclaredResponse): readonly ResponseFault[] {
    const faults = declared.checkHeaders(() => headersOf(this.#response.rawHeaders));
    return faults.map(({ pointer, detail }) => ({ kind: 'header', pointer, detail }));
  }
}

/** Several of one name are one (RFC 9110 §5.3), but for cookies (RFC 6265 §3). */
function headersOf(rawHeaders: readonly string[]): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    const [before] = values.get(name) ?? [];
    const value = rawHeaders[i + 1] ?? '';
    if (name !== 'set-cookie' || before === undefined)
      values.set(name, [before === undefined ? value : `${before}, ${value}`]);
  }
  return values;
}
