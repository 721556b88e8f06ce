/**
 * CORS for all services that leave it to the gateway, and for its own pages. A service with `cors: pass` receives its
 * preflights, and its responses stay as they are.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import type { ServiceConfig } from '../../config/yaml/gateway-yaml.ts';
import { Cors, type CorsConfig } from '../../http/cors/cors.ts';
import { findExchange } from '../exchange.ts';
import { OperationHeaders } from './operation-headers.ts';

export interface GatewayCorsOptions {
  readonly cors: CorsConfig;
  readonly services: readonly Pick<ServiceConfig, 'name' | 'cors'>[];
  readonly documents: ReadonlyMap<string, OpenAPIObject>;
}

export class GatewayCors {
  readonly rules: Cors;
  readonly headers: OperationHeaders;
  readonly #passed: ReadonlySet<string>;

  constructor({ cors, services, documents }: GatewayCorsOptions) {
    const { allowHeaders, exposeHeaders } = cors;
    this.rules = new Cors(cors);
    this.headers = new OperationHeaders({ documents, allowHeaders, exposeHeaders });
    this.#passed = new Set(services.filter((one) => one.cors === 'pass').map(({ name }) => name));
  }

  /** Whether the service handles CORS itself. */
  isPassed(service: string): boolean {
    return this.#passed.has(service);
  }

  apply(req: IncomingMessage, res: ServerResponse): void {
    this.rules.apply(req, res, {
      isPassed: () => {
        const service = findExchange(req)?.operation.service;
        return service !== undefined && this.isPassed(service);
      },
      exposed: () => this.headers.response(findExchange(req)?.operation),
    });
  }
}
