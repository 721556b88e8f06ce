/**
 * The interface of a step of your own: it runs before and after operations, for requests of clients and for the parts of
 * expansions alike, so that `?expand=` cannot go around it.
 */
import type { OperationObject } from 'openapi3-ts/oas31';
import type { Caller } from '../../contract/caller.ts';

export interface StepOperation {
  readonly service: string;
  readonly operationId: string;
  /** Path template from the document. */
  readonly path: string;
  /** The entry of the document, with your extensions (`x-…`). */
  readonly definition: Readonly<OperationObject>;
}

export interface StepRequest {
  readonly method: string;
  /** Path and query, as the service gets them. */
  readonly target: string;
  /** By lower-case name, with the changes of earlier steps. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly operation: StepOperation;
  /** Who sends the request; undefined if it is anonymous. */
  readonly caller: Caller | undefined;
  /** Whether the gateway makes this request to embed a resource in a response. */
  readonly isPart: boolean;
  readonly requestId: string;
  /** Aborted when the step has no more time. Pass it to calls that the step makes. */
  readonly signal: AbortSignal;
  /** Sets a header of the request to the service. */
  setHeader(name: string, value: string): void;
  removeHeader(name: string): void;
  renameHeader(from: string, to: string): void;
  /** Sets a query parameter of the request to the service; it replaces all of this name. */
  setQuery(name: string, value: string): void;
  removeQuery(name: string): void;
  renameQuery(from: string, to: string): void;
}

/** The head of the response of the service. */
export interface StepResponse {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Sets a header of the response to the client. */
  setHeader(name: string, value: string): void;
  removeHeader(name: string): void;
  renameHeader(from: string, to: string): void;
}

export interface GatewayStep {
  /** Runs before the operation. Throw a Problem to refuse the request; any other error refuses it with 500. */
  before?(request: StepRequest): void | Promise<void>;
  /** Runs when the head of the response has arrived. Throw a Problem to replace the response. */
  after?(response: StepResponse, request: StepRequest): void | Promise<void>;
}

/** The default export of a step's file: called when the file is loaded, with `options` from `gateway.yaml`. */
export type CreateStep = (options: unknown) => GatewayStep | Promise<GatewayStep>;

/** Gives the default export of a step's file its type. */
export const defineStep = (create: CreateStep): CreateStep => create;
