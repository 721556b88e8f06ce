import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HandshakeFailures, handshakeCause } from '../../../../src/http/server/tls/handshake-failures.ts';

const record = (failures: HandshakeFailures, code: string, refusal: string | null = null) =>
  failures.record(Object.assign(new Error('secret text'), { code }), {
    authorizationError: refusal as never,
  });

describe('The cause of a failed handshake', () => {
  it.each([
    ['ERR_SSL_HTTP_REQUEST', 'plain-http'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'old-version'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'old-version'],
    ['ERR_SSL_NO_SHARED_CIPHER', 'no-shared-cipher'],
    ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', 'no-shared-cipher'],
    ['ERR_SSL_NO_APPLICATION_PROTOCOL', 'no-shared-protocol'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'untrusted-by-client'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'untrusted-by-client'],
    // Chromium sends this one.
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', 'untrusted-by-client'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'untrusted-by-client'],
    ['ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE', 'no-client-certificate'],
    ['CERT_HAS_EXPIRED', 'expired-client-certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-client-ca'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unknown-client-ca'],
    ['INVALID_PURPOSE', 'invalid-client-certificate'],
    ['CERT_REVOKED', 'invalid-client-certificate'],
    ['ERR_TLS_HANDSHAKE_TIMEOUT', 'timeout'],
    ['ECONNRESET', 'disconnected'],
    ['ERR_SSL_SOMETHING_NEW', 'other'],
    ['', 'other'],
  ])('With the code %j is %s', (code, cause) => {
    expect(handshakeCause(code)).toBe(cause);
  });
});

describe('Failed handshakes', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('Are counted by cause, and a refused certificate counts before the error', () => {
    const failures = new HandshakeFailures({ warn: () => {} });
    record(failures, 'ECONNRESET', 'CERT_HAS_EXPIRED');
    record(failures, 'ERR_SSL_HTTP_REQUEST');
    record(failures, 'ERR_SSL_HTTP_REQUEST');
    expect(failures.counts().map(({ cause, count }) => [cause, count])).toEqual([
      ['expired-client-certificate', 1],
      ['plain-http', 2],
    ]);
  });

  it('Are logged once a minute by cause, with the number of those between', () => {
    const lines: [object, string][] = [];
    const failures = new HandshakeFailures({
      warn: ((...line: [object, string]) => lines.push(line)) as never,
    });
    for (let i = 0; i < 100; i++) record(failures, 'ERR_SSL_NO_SHARED_CIPHER');
    record(failures, 'ECONNRESET');
    expect(lines.map(([fields]) => fields)).toEqual([
      { cause: 'no-shared-cipher', code: 'ERR_SSL_NO_SHARED_CIPHER' },
      { cause: 'disconnected', code: 'ECONNRESET' },
    ]);
    jest.advanceTimersByTime(60_000);
    record(failures, 'ERR_SSL_NO_SHARED_CIPHER');
    expect(lines.at(-1)).toEqual([
      { cause: 'no-shared-cipher', code: 'ERR_SSL_NO_SHARED_CIPHER', suppressed: 99 },
      'a TLS handshake failed: the client offers no cipher that is accepted',
    ]);
  });

  it('Have a bounded number of causes, whatever the codes are', () => {
    const failures = new HandshakeFailures({ warn: () => {} });
    for (let i = 0; i < 1_000; i++) record(failures, `ERR_SSL_CODE_${i}`);
    expect(failures.counts()).toEqual([{ cause: 'other', meaning: 'the handshake failed', count: 1_000 }]);
  });

  it('Have nothing of the error in the log but a code', () => {
    const lines: unknown[] = [];
    const failures = new HandshakeFailures({ warn: ((...line: unknown[]) => lines.push(line)) as never });
    record(failures, 'not a code\n{"a":1}');
    expect(JSON.stringify(lines)).not.toMatch(/secret|not a code/);
  });
});
