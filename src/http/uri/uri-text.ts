/** Percent-encodes the characters that a URI reference cannot contain (RFC 3986 §2), and no others. */

const NOT_ALLOWED = /%(?![\da-f]{2})|[^!#$%&'()*+,\-./:;=?@\w~[\]]/giu;

export const encodeUriText = (text: string): string =>
  text.toWellFormed().replace(NOT_ALLOWED, (character) => encodeURIComponent(character));
