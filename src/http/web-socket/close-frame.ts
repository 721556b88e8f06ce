/** Close frames of WebSocket (RFC 6455 §5.5.1) with the codes that a proxy sends (§7.4.1). */
import { randomBytes } from 'node:crypto';

/** The server goes away, or ends the connection for its own reasons. */
export const GOING_AWAY = 1001;
/** The connection is against a rule, such as one of credentials that have ended. */
export const POLICY_VIOLATION = 1008;

const FINAL_CLOSE = 0x88;
const MASKED = 0x80;
const MASK_BYTES = 4;

/**
 * @param reason at most 123 bytes
 * @param isMasked for frames to a server, which have to be masked (§5.3)
 */
export function closeFrame(code: number, reason: string, isMasked: boolean): Buffer {
  const payload = Buffer.from(`\0\0${reason}`);
  payload.writeUInt16BE(code);
  if (!isMasked) return Buffer.concat([Buffer.of(FINAL_CLOSE, payload.length), payload]);
  const mask = randomBytes(MASK_BYTES);
  const masked = payload.map((byte, index) => byte ^ (mask[index % MASK_BYTES] as number));
  return Buffer.concat([Buffer.of(FINAL_CLOSE, MASKED | payload.length), mask, masked]);
}
