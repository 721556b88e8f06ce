/** The representations of a resource, the server's favourite first; `Accept` chooses among them. */
export const HAL_FORMS = 'application/prs.hal-forms+json';
export const HAL = 'application/hal+json';
export const JSON_TYPE = 'application/json';

export const RESOURCE_MEDIA_TYPES = [HAL_FORMS, HAL, JSON_TYPE] as const;
