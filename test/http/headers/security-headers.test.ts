import { describe, expect, it } from '@jest/globals';
import { securityHeaders } from '../../../src/http/headers/security-headers.ts';

describe('Security headers', () => {
  it('The headers are a raw array in which a page can set its content policy', () => {
    const raw = securityHeaders({ 'Content-Security-Policy': "default-src 'self'" });
    expect(raw).toHaveLength(18);
    expect(raw[raw.indexOf('Content-Security-Policy') + 1]).toBe("default-src 'self'");
    expect(raw[raw.indexOf('X-Content-Type-Options') + 1]).toBe('nosniff');
    expect(raw).not.toContain('Strict-Transport-Security');
    expect(raw).not.toContain('X-XSS-Protection');
    expect(raw).not.toContain('X-Download-Options');
  });
});
