/** How text is encoded where it stands: in a path, a query or a form, a header. */

export interface Encoding {
  /** @throws URIError where percent-encoding is broken */
  readonly decode: (text: string) => string;
}

/** A header says what it says. */
export const VERBATIM: Encoding = { decode: (text) => text };

/** RFC 3986 §2.1. */
export const PERCENT: Encoding = { decode: decodeURIComponent };

/** `application/x-www-form-urlencoded`, which queries are as well (URL Standard §5.1). */
export const FORM: Encoding = {
  decode: (text) => decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text),
};
