/** Whether a Content-Type is JSON: `application/json`, or a type with the suffix `+json` (RFC 6839 §3.1). */
export const isJsonType = (contentType: string): boolean => JSON_TYPES.test(contentType);

const JSON_TYPES = /^[^;]*[/+]json\s*(?:;|$)/i;
