/** What a `Content-Type` says (RFC 9110 §8.3.1), as far as a document can be held against it. */

/** A media type without its parameters. */
export const essence = (contentType: string): string =>
  contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** @param type without parameters */
export const isJsonType = (type: string): boolean => /^application\/json$|\+json$/.test(type);
