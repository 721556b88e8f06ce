/**
 * Validates a response against the declarations of its operation. Statuses that HTTP itself defines for conditions and
 * ranges (RFC 9110 §15.3.7, §15.4.5, §15.5.17) do not need a declaration.
 */

import { charsetOf } from '../../http/body/charset.ts';
import { decompress } from '../../http/body/decompress.ts';
import { isJsonType } from '../../http/body/json-type.ts';
import { essence } from '../../http/body/media-type.ts';
import { eachHeader } from '../../http/headers/raw-headers.ts';
import type { UpstreamResponse } from '../../outbound/call/upstream-response.ts';
import type { DeclaredMedia, DeclaredResponse, DeclaredResponses } from '../validation/responses.ts';
import { retryAcrossSlices, TimeSliceExceeded } from '../validation/schema/time-slice.ts';
import { BUDGET_ERRORS } from '../validation/schema/validation-budget.ts';
import { faultsOf } from '../validation/schema/validation-errors.ts';
import type { ResponseFault } from './response-fault.ts';
import { bodyFault } from './response-fault.ts';

export interface ValidatedRequest {
  readonly method: string;
  /** Path and query of the request to the service. */
  readonly path: string;
}

/** 501 is allowed, because it means that the operation is not implemented yet. */
const UNDECLARED_STATUSES: ReadonlySet<number> = new Set([206, 304, 416, 501]);
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
const PARTIAL = 206;

/** With this parameter, a response omits required members on request of the client. */
const FIELDS_PARAMETER = /[?&]fields=/;

const MEDIA_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/;

/** More faults would not help. */
const MAX_FAULTS = 20;

export class ResponseValidator {
  /** Whether the body has to be read for validation. */
  readonly needsBody: boolean;
  /** Whether only status and headers can be validated. */
  readonly isPartial: boolean;
  /** Whether `Content-Type` is missing. This is a fault only if there is content, so one byte is read to find out. */
  readonly lacksContentType: boolean;
  readonly #contract: DeclaredResponses;
  readonly #response: UpstreamResponse;
  readonly #hasBody: boolean;
  readonly #type: string | undefined;
  readonly #declared: DeclaredResponse | undefined;
  readonly #media: DeclaredMedia | undefined;

  /** The constructor is cheap: `validateHead` and `validateBody` do the work that needs schemas. */
  constructor(contract: DeclaredResponses, response: UpstreamResponse, { method, path }: ValidatedRequest) {
    const { status } = response;
    this.#contract = contract;
    this.#response = response;
    this.#type = response.header('content-type');
    this.#declared = contract.find(status);
    this.#media = this.#type === undefined ? undefined : this.#declared?.mediaFor(this.#type);
    this.#hasBody = method !== 'HEAD' && !WITHOUT_BODY.has(status);
    const isJson = this.#media?.check !== undefined && isJsonType(this.#type ?? '');
    this.isPartial =
      isJson && this.#hasBody && (status === PARTIAL || (status < 300 && FIELDS_PARAMETER.test(path)));
    this.lacksContentType =
      this.#type === undefined &&
      this.#hasBody &&
      response.header('content-length') === undefined &&
      (this.#declared?.types.length ?? 0) > 0;
    this.needsBody = this.lacksContentType || (isJson && this.#hasBody && !this.isPartial);
  }

  /** Validates status, media type and headers. */
  validateHead(): readonly ResponseFault[] {
    const { status } = this.#response;
    if (this.#declared) return [...this.#typeFaults(this.#declared), ...this.#headerFaults(this.#declared)];
    if (UNDECLARED_STATUSES.has(status)) return [];
    return [
      {
        kind: 'status',
        detail: `${status} is not declared; the contract declares ${this.#contract.statuses.join(', ')}`,
      },
    ];
  }

  /**
   * @param bytes undefined if the body is larger than `limit`
   * @returns undefined if the body cannot be checked
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
      decoded = await decompress(bytes, coding, limit);
    } catch {
      return [bodyFault('#', 'does not match its `Content-Encoding`')];
    }
    if (decoded === undefined || charset === undefined) return undefined;
    const text = charset.decode(decoded);
    if (text === undefined) return [bodyFault('#', `is not valid ${charset.name}`)];
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
      return faultsOf('body', errors.slice(0, MAX_FAULTS)).map(({ pointer, detail }) =>
        bodyFault(pointer, detail),
      );
    } catch (error) {
      if (error instanceof TimeSliceExceeded) throw error;
      // The value is nested too deeply, or a pattern ran out of steps.
      return undefined;
    }
  }

  /** A response without content does not need a type (RFC 9110 §8.3), whether its length is declared or not. */
  #typeFaults({ types }: DeclaredResponse): readonly ResponseFault[] {
    if (types.length === 0 || this.#media || WITHOUT_BODY.has(this.#response.status)) return [];
    const isEmpty = !this.#hasBody || this.#response.header('content-length') === '0';
    if (this.lacksContentType || (this.#type === undefined && isEmpty)) return [];
    return [this.#undeclaredType()];
  }

  #undeclaredType(): ResponseFault {
    const type = essence(this.#type ?? '');
    const shown = type === '' ? 'missing or malformed' : MEDIA_TYPE.test(type) ? type : 'a different type';
    return {
      kind: 'media-type',
      pointer: '#/content-type',
      detail: `is ${shown}, but the contract declares ${this.#declared?.types.join(', ')}`,
    };
  }

  #headerFaults(declared: DeclaredResponse): readonly ResponseFault[] {
    const faults = declared.checkHeaders(() => headersOf(this.#response.rawHeaders));
    return faults.map(({ pointer, detail }) => ({ kind: 'header', pointer, detail }));
  }
}

/** Headers with the same name are combined (RFC 9110 §5.3), except cookies (RFC 6265 §3). */
function headersOf(rawHeaders: readonly string[]): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  eachHeader(rawHeaders, (name, value) => {
    const [before] = values.get(name) ?? [];
    if (name !== 'set-cookie' || before === undefined)
      values.set(name, [before === undefined ? value : `${before}, ${value}`]);
  });
  return values;
}
