/** Parses the credentials of Basic authentication (RFC 7617 §2): the text after `Basic`, in UTF-8. */

export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

export const MAX_BASIC_LENGTH = 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Accepts one spelling of the base64 text only, so that a cache by the text has one entry for one password. Both parts are
 * normalized to NFC (RFC 8265 §3.3 and §4.2), because systems type accented letters differently.
 *
 * @returns undefined for other texts
 */
export function parseBasicCredentials(text: string): BasicCredentials | undefined {
  if (text.length > MAX_BASIC_LENGTH || !BASE64.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  const decoded = decode(bytes);
  const colon = decoded?.indexOf(':') ?? -1;
  // RFC 7617 §2: neither part contains control characters.
  if (decoded === undefined || colon < 1 || /\p{Cc}/u.test(decoded)) return undefined;
  const password = decoded.slice(colon + 1).normalize('NFC');
  return password === '' ? undefined : { user: decoded.slice(0, colon).normalize('NFC'), password };
}

function decode(bytes: Buffer): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
