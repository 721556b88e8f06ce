/** Media types that are named in more than one place. */
export const HAL_FORMS = 'application/prs.hal-forms+json';
export const HAL = 'application/hal+json';
export const JSON_TYPE = 'application/json';
export const OPENAPI_JSON = 'application/vnd.oai.openapi+json';
export const HEALTH = 'application/health+json';
