/**
 * Base64url without padding (RFC 7515 §2), in exactly one spelling. The last character may have bits that stand for
 * nothing (RFC 4648 §3.5). Where they are not zero the text is refused, because otherwise one token has several
 * spellings, and a list of known texts can be evaded.
 */
const TEXT = /^[\w-]*$/;
const LAST_OF_TWO = /[AQgw]$/;
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/;

/** @param text has only characters of base64url */
export function isCanonical(text: string): boolean {
  switch (text.length % 4) {
    case 0:
      return true;
    case 2:
      return LAST_OF_TWO.test(text);
    case 3:
      return LAST_OF_THREE.test(text);
    default:
      return false;
  }
}

/** @returns undefined for anything but base64url in its one spelling */
export const decodeBase64url = (text: unknown): Buffer | undefined =>
  typeof text === 'string' && TEXT.test(text) && isCanonical(text)
    ? Buffer.from(text, 'base64url')
    : undefined;
