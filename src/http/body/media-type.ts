/** The media type of a `Content-Type` (RFC 9110 §8.3.1). */
import { isTypeValid, parse } from 'content-type';

/** The media type without parameters, in lower case; empty for an invalid value. */
export const essence = (contentType: string): string => {
  const { type } = parse(contentType, { parameters: false });
  return isTypeValid(type) ? type : '';
};
