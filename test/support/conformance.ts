/** Checks every response of an app against its document: the status, the media type and the body must be declared. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { RequestHandler } from 'express';
import type { OpenAPIObject, OperationObject, ResponseObject } from 'openapi3-ts/oas31';
import { matchPath, pathTemplate } from '../../src/http/uri/href.ts';

export interface Conformance {
  /** Checks one response. */
  check(method: string, path: string, status: number, type: string, body: string): void;
  /** Middleware in front of the app, which checks its responses. */
  readonly observe: RequestHandler;
  /** Responses that are not declared. */
  readonly violations: string[];
  /** Ids of the operations that returned a declared 2xx. */
  readonly succeeded: Set<string>;
}

const escapePointer = (segment: string) =>
  encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));

export function conformance(document: OpenAPIObject): Conformance {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'document');
  const violations: string[] = [];
  const succeeded = new Set<string>();
  /** Compiled schemas by reference, so that each is compiled only once. */
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (reference: string): ValidateFunction => {
    const validator = validators.get(reference) ?? ajv.compile({ $ref: reference });
    validators.set(reference, validator);
    return validator;
  };
  const templates = Object.keys(document.paths ?? {}).map(pathTemplate);

  const operationAt = (method: string, path: string) => {
    // A path that cannot be decoded belongs to no operation.
    if (!URL.canParse(path, 'http://host') || /%(?![0-9a-f]{2})|%[89a-f]/i.test(path)) return undefined;
    const template = templates.find((candidate) => matchPath(candidate, path))?.template;
    if (template === undefined) return undefined;
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    const item = (document.paths?.[template] ?? {}) as Record<string, OperationObject>;
    const operation = item[name];
    return operation === undefined ? undefined : { operation, pointer: ['paths', template, name] };
  };

  const check = (method: string, path: string, status: number, type: string, body: string): void => {
    const found = operationAt(method, path);
    if (found === undefined || status === 304) return;
    const { operation, pointer } = found;
    const at = `${operation.operationId} ${status}`;
    const response = operation.responses?.[status] as ResponseObject | undefined;
    if (response === undefined) return void violations.push(`${at}: not declared`);
    if (status < 300 && operation.operationId !== undefined) succeeded.add(operation.operationId);
    if (method === 'HEAD') return;
    if (response.content === undefined) {
      if (body !== '') violations.push(`${at}: a body is not declared`);
      return;
    }
    // A response to `Prefer: return=minimal`, which OpenAPI cannot describe.
    if (status === 201 && body === '') return;
    const mediaType = type.split(';')[0] ?? '';
    if (response.content[mediaType] === undefined)
      return void violations.push(`${at}: ${type} is not declared`);
    const schema = [...pointer, 'responses', String(status), 'content', mediaType, 'schema'].map(
      escapePointer,
    );
    const value = /[/+]json$/.test(mediaType) ? JSON.parse(body) : body;
    const validate = validatorOf(`document#/${schema.join('/')}`);
    if (!validate(value)) violations.push(`${at}: ${ajv.errorsText(validate.errors)}`);
  };

  const observe: RequestHandler = (req, res, next) => {
    const chunks: Buffer[] = [];
    const end = res.end.bind(res);
    const writeHead = res.writeHead.bind(res) as (...head: unknown[]) => typeof res;
    let raw: readonly unknown[] = [];
    res.writeHead = ((...head: unknown[]) => {
      raw = [head.at(-1)].flat();
      return writeHead(...head);
    }) as typeof res.writeHead;
    res.end = ((chunk?: unknown, ...rest: never[]) => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array)
        chunks.push(Buffer.from(chunk as Uint8Array));
      const type = String(res.getHeader('content-type') ?? raw[raw.indexOf('Content-Type') + 1]);
      check(
        req.method,
        req.originalUrl.split('?')[0] ?? '',
        res.statusCode,
        type,
        Buffer.concat(chunks).toString(),
      );
      return end(chunk as never, ...rest);
    }) as typeof res.end;
    next();
  };
  return { check, observe, violations, succeeded };
}
