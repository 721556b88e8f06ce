/** How text is encoded where it stands: in a path, a query or a form, a header. */

export interface Encoding {
  /** @throws URIError where percent-encoding is broken */
  readonly decode: (text: string) => string;
  /** Whether lists are those of HTTP: blanks around a comma and elements that are empty say nothing (RFC 9110 §5.6.1). */
  readonly hasHttpLists: boolean;
}

/** A header says what it says. */
export const VERBATIM: Encoding = { decode: (text) => text, hasHttpLists: true };

/** A cookie is percent-encoded as most write it, in a header all the same. */
export const COOKIE: Encoding = { decode: decodeURIComponent, hasHttpLists: true };

/** RFC 3986 §2.1. */
export const PERCENT: Encoding = { decode: decodeURIComponent, hasHttpLists: false };

/** `application/x-www-form-urlencoded`, which queries are as well (URL Standard §5.1). */
export const FORM: Encoding = {
  decode: (text) => decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text),
  hasHttpLists: false,
};
