/**
 * Encrypts values that browsers keep for the gateway: AES-256-GCM, so that only the gateway can read or change them (NIST SP
 * 800-38D). Each purpose has a key of its own, derived by HKDF (RFC 5869), so that a value cannot be used for another.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** The length for which GCM is made (§8.2). */
const IV_BYTES = 12;
const TAG_BYTES = 16;

export class SealedBox {
  readonly #key: Buffer;
  readonly #now: () => number;

  /** @param purpose who may open it, and for what */
  constructor(secret: string, purpose: readonly string[], now: () => number = Date.now) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', JSON.stringify(purpose), KEY_BYTES));
    this.#now = now;
  }

  /** @param until when it ends, in milliseconds since 1970 */
  seal(value: unknown, until: number): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, iv);
    const text = cipher.update(JSON.stringify({ until, value }), 'utf8');
    return Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
  }

  /** @returns undefined for a text that this box did not seal, or that has ended */
  open(text: string): unknown {
    const bytes = Buffer.from(text, 'base64url');
    // Only one spelling of each value: Node.js skips characters that are not base64url.
    if (bytes.length < IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== text) return undefined;
    const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const plain = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
      const { until, value } = JSON.parse(Buffer.concat([plain, decipher.final()]).toString('utf8'));
      return until > this.#now() ? value : undefined;
    } catch {
      return undefined;
    }
  }
}
