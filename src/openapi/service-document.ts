/** The OpenAPI document of a service, with the name of the service. */
import type { OpenAPIObject } from 'openapi3-ts/oas31';

export interface ServiceDocument {
  readonly name: string;
  readonly document: OpenAPIObject;
}
