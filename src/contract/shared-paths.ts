/** Paths that a gateway and a service both answer, so that links to them hold whichever way a caller came. */

/** The document of all that is there. */
export const MERGED_DOCUMENT_PATH = '/openapi.json';

/** A service's OpenAPI document. */
export const documentPath = (service: string): string => `/openapi/${service}.json`;

/** How it is, and how those are that it calls. */
export const HEALTH_PATH = '/health';

/** Whether its process answers. */
export const LIVE_PATH = '/health/live';

/** Whether it can be asked. */
export const READY_PATH = '/health/ready';
