/** Paths that exist on the gateway and on each service, so that links to them work on both. */

/** The merged document of all services. */
export const MERGED_DOCUMENT_PATH = '/openapi.json';

/** A service's OpenAPI document. */
export const documentPath = (service: string): string => `/openapi/${service}.json`;

/** The health of the process and of its dependencies. */
export const HEALTH_PATH = '/health';

/** Liveness of the process. */
export const LIVE_PATH = '/health/live';

/** Readiness for requests. */
export const READY_PATH = '/health/ready';
