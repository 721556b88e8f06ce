/** Media types that are named in more than one place. */
export const HAL_FORMS = 'application/prs.hal-forms+json';
export const HAL = 'application/hal+json';
export const JSON_TYPE = 'application/json';
export const OPENAPI_JSON = 'application/vnd.oai.openapi+json';
export const HEALTH = 'application/health+json';

/** The header that lists the media types of patches that a resource accepts (RFC 5789 §3.1). */
export const ACCEPT_PATCH = 'Accept-Patch';
