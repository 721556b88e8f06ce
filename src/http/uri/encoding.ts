/** The encodings of text in a path, a query, a form, a header or a cookie. */

export interface Encoding {
  /** @throws URIError where percent-encoding is broken */
  readonly decode: (text: string) => string;
  /**
   * Whether lists follow the rules of HTTP: blanks around commas and empty elements are ignored (RFC 9110 §5.6.1).
   */
  readonly hasHttpLists: boolean;
}

/** A header value is not encoded. */
export const VERBATIM: Encoding = { decode: (text) => text, hasHttpLists: true };

/** Most clients percent-encode cookies, although they are headers. */
export const COOKIE: Encoding = { decode: decodeURIComponent, hasHttpLists: true };

/** RFC 3986 §2.1. */
export const PERCENT: Encoding = { decode: decodeURIComponent, hasHttpLists: false };

/** `application/x-www-form-urlencoded`, which queries use as well (URL Standard §5.1). */
export const FORM: Encoding = {
  decode: (text) => decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text),
  hasHttpLists: false,
};
