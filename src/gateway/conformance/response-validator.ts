/**
 * One answer against what its operation declares. What HTTP itself answers a condition or a range with
 * (RFC 9110 §15.3.7, §15.4.5, §15.5.17) need not be declared.
 */

import { charsetOf } from '../../http/body/charset.ts';
import { decode } from '../../http/body/decode.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { essence } from '../../http/body/media-type.ts';
import { eachHeader } from '../../http/headers/raw-headers.ts';
import type { UpstreamAnswer } from '../../outbound/call/upstream-response.ts';
import type { DeclaredMedia, DeclaredResponse, DeclaredResponses } from '../validation/responses.ts';
import { retryAcrossSlices, TimeSliceExceeded } from '../validation/schema/time-slice.ts';
import { BUDGET_ERRORS } from '../validation/schema/validation-budget.ts';
import { faultsOf } from '../validation/schema/validation-errors.ts';
import type { ResponseFault } from './response-fault.ts';
import { bodyFault } from './response-fault.ts';

export interface Asked {
  readonly method: string;
  /** Path and query, as the service knows them. */
  readonly path: string;
}

/** 501 says that there is nothing yet that could be as the contract says. */
const OF_HTTP: ReadonlySet<number> = new Set([206, 304, 416, 501]);
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
const PARTIAL = 206;

/** It leaves out what the schema requires, because the caller asked for that. */
const CUT = /[?&]fields=/;

const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/;

/** More would tell nobody more. */
const MOST_FAULTS = 20;

export class Judge {
  /** Whether there is a body to be checked. */
  readonly readsBody: boolean;
  /** Whether the head is all that can be told of it. */
  readonly isPartial: boolean;
  /** Whether a type is missing if there is any content: its first byte is all that is read for that. */
  readonly isUnnamed: boolean;
  readonly #contract: DeclaredResponses;
  readonly #answer: UpstreamAnswer;
  readonly #hasBody: boolean;
  readonly #type: string | undefined;
  readonly #declared: DeclaredResponse | undefined;
  readonly #media: DeclaredMedia | undefined;

  /** Cheap: whatever needs a schema is done by `head` and `body`. */
  constructor(contract: DeclaredResponses, answer: UpstreamAnswer, { method, path }: Asked) {
    const { status } = answer;
    this.#contract = contract;
    this.#answer = answer;
    this.#type = answer.header('content-type');
    this.#declared = contract.find(status);
    this.#media = this.#type === undefined ? undefined : this.#declared?.mediaFor(this.#type);
    this.#hasBody = method !== 'HEAD' && !WITHOUT_BODY.has(status);
    const isJson = this.#media?.check !== undefined && isJsonType(this.#type ?? '');
    this.isPartial = isJson && this.#hasBody && (status === PARTIAL || (status < 300 && CUT.test(path)));
    this.isUnnamed =
      this.#type === undefined &&
      this.#hasBody &&
      answer.header('content-length') === undefined &&
      (this.#declared?.types.length ?? 0) > 0;
    this.readsBody = this.isUnnamed || (isJson && this.#hasBody && !this.isPartial);
  }

  /** Status, media type, headers. */
  head(): readonly ResponseFault[] {
    const { status } = this.#answer;
    if (this.#declared) return [...this.#typeFaults(this.#declared), ...this.#headerFaults(this.#declared)];
    if (OF_HTTP.has(status)) return [];
    return [{ kind: 'status', detail: `${status} is not declared; ${this.#contract.statuses.join(', ')}` }];
  }

  /**
   * @param bytes undefined where it is larger than `limit`
   * @returns undefined where it cannot be told
   */
  async body(bytes: Buffer | undefined, limit: number): Promise<readonly ResponseFault[] | undefined> {
    if (this.isUnnamed) return bytes?.length === 0 ? [] : [this.#undeclaredType()];
    if (bytes === undefined) return undefined;
    const coding = this.#answer.header('content-encoding');
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
    return retryAcrossSlices(() => this.#schemaFaults(value, length));
  }

  #schemaFaults(value: unknown, size: number): readonly ResponseFault[] | undefined {
    try {
      const errors = this.#media?.check?.(value, size) ?? [];
      if (errors === BUDGET_ERRORS) return undefined;
      return faultsOf('body', errors.slice(0, MOST_FAULTS)).map(({ pointer, detail }) =>
        bodyFault(pointer, detail),
      );
    } catch (error) {
      if (error instanceof TimeSliceExceeded) throw error;
      // Nested too deeply to be looked at, or a pattern that gives up.
      return undefined;
    }
  }

  /** A response without content need not have a type (RFC 9110 §8.3), however its end is told. */
  #typeFaults({ types }: DeclaredResponse): readonly ResponseFault[] {
    if (types.length === 0 || this.#media || WITHOUT_BODY.has(this.#answer.status)) return [];
    const isEmpty = !this.#hasBody || this.#answer.header('content-length') === '0';
    if (this.isUnnamed || (this.#type === undefined && isEmpty)) return [];
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
    const faults = declared.checkHeaders(() => headersOf(this.#answer.rawHeaders));
    return faults.map(({ pointer, detail }) => ({ kind: 'header', pointer, detail }));
  }
}

/** Several of one name are one (RFC 9110 §5.3), but for cookies (RFC 6265 §3). */
function headersOf(rawHeaders: readonly string[]): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  eachHeader(rawHeaders, (name, value) => {
    const [before] = values.get(name) ?? [];
    if (name !== 'set-cookie' || before === undefined)
      values.set(name, [before === undefined ? value : `${before}, ${value}`]);
  });
  return values;
}
