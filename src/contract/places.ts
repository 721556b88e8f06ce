/** Paths that a gateway and a service both answer, so that links to them hold whichever way a caller came. */

/** A service's OpenAPI document. */
export const documentPath = (service: string): string => `/openapi/${service}.json`;

/** Whether it can be asked. */
export const READY_PATH = '/health/ready';
