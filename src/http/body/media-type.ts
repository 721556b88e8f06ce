/** What a `Content-Type` names (RFC 9110 §8.3.1). */
import { isTypeValid, parse } from 'content-type';

/** A media type without its parameters, in lower case; empty where it is none. */
export const essence = (contentType: string): string => {
  const { type } = parse(contentType, { parameters: false });
  return isTypeValid(type) ? type : '';
};
