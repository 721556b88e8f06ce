/** Text as it may stand in a URI reference (RFC 3986 §2): what is not allowed there is percent-encoded, and nothing else. */

const NOT_ALLOWED = /%(?![\da-f]{2})|[^!#$%&'()*+,\-./:;=?@\w~[\]]/giu;

export const encodeUriText = (text: string): string =>
  text.toWellFormed().replace(NOT_ALLOWED, (character) => encodeURIComponent(character));
