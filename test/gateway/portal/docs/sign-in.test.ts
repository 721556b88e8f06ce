/** `Authorize` of Swagger UI: what the page may connect to, and the page at the end of the flow. */
import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from 'openapi3-ts/oas31';
import request from 'supertest';
import { tokenOrigins } from '../../../../src/gateway/portal/docs/token-origins.ts';
import { pagesApp } from '../../../support/pages-app.ts';

const documentWith = (securitySchemes: unknown, path = '/a') =>
  ({
    openapi: '3.1.0',
    info: { title: 'T', version: '1.0.0' },
    paths: { [path]: { get: { operationId: path.slice(1), responses: { 200: { description: 'ok' } } } } },
    components: { securitySchemes },
  }) as unknown as OpenAPIObject;

const codeFlow = (tokenUrl: unknown) => ({
  type: 'oauth2',
  flows: { authorizationCode: { authorizationUrl: 'https://login.example/auth', tokenUrl, scopes: {} } },
});

const DOCS = { clientId: 'swagger-ui', scopes: ['a:read'], parameters: { audience: 'x' } };

const policyOf = (headers: Record<string, string>) =>
  /connect-src ([^;]*)/.exec(headers['content-security-policy'] ?? '')?.[1];

describe('Swagger UI', () => {
  const services = [
    { name: 'one', document: documentWith({ oauth: codeFlow('https://one.example/token') }) },
    { name: 'other', document: documentWith({ oauth: codeFlow('https://other.example/token') }, '/b') },
  ];

  it('May connect only to the token endpoints of the document that it shows', async () => {
    const app = pagesApp({ services, docsSignIn: DOCS });
    const policy = async (query: string) => policyOf((await request(app).get(`/docs${query}`)).headers);
    expect(await policy('?urls.primaryName=one')).toBe("'self' https://one.example");
    expect(await policy('?urls.primaryName=other')).toBe("'self' https://other.example");
    expect(await policy('')).toBe("'self' https://one.example https://other.example");
  });

  it('May connect to no other server, and has no redirect page, without a client at the provider', async () => {
    const app = pagesApp({ services });
    const { headers, text } = await request(app).get('/docs').expect(200);
    expect(policyOf(headers)).toBe("'self'");
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(text).not.toContain('data-oauth');
    await request(app).get('/docs/oauth2-redirect.html').expect(404);
    await request(app).get('/docs/oauth2-redirect.js').expect(404);
  });

  it('Knows its client, and keeps its connection to the window of the provider', async () => {
    const app = pagesApp({ services, docsSignIn: DOCS });
    const { headers, text } = await request(app).get('/docs').expect(200);
    const settings = /data-oauth="([^"]*)"/.exec(text)?.[1]?.replaceAll('&quot;', '"') ?? '';
    expect(JSON.parse(settings)).toEqual({ ...DOCS, redirect: '/docs/oauth2-redirect.html' });
    expect(headers['cross-origin-opener-policy']).toBe('same-origin-allow-popups');
    const page = await request(app).get('/docs/oauth2-redirect.html').expect(200);
    expect(page.headers['cross-origin-opener-policy']).toBe('unsafe-none');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const [, script = ''] = /<script src="([^"]*)"><\/script>/.exec(page.text) ?? [];
    expect((await request(app).get(script).expect(200)).text).toContain('swaggerUIRedirectOauth2');
  });
});

describe('The servers where Swagger UI gets tokens', () => {
  it.each([
    ['a flow', { a: codeFlow('https://idp.example/x/token?y') }, ['https://idp.example']],
    ['a provider on this machine', { a: codeFlow('http://127.0.0.1:9000/token') }, ['http://127.0.0.1:9000']],
    [
      'two flows at one server',
      { a: codeFlow('https://idp.example/1'), b: codeFlow('https://idp.example/2') },
      ['https://idp.example'],
    ],
    [
      'OpenID Connect',
      { a: { type: 'openIdConnect', openIdConnectUrl: 'https://idp.example/.well-known/x' } },
      ['https://idp.example'],
    ],
    ['no https', { a: codeFlow('http://idp.example/token') }, []],
    ['a relative address', { a: codeFlow('/token') }, []],
    ['a forged policy', { a: codeFlow("https://idp.example; script-src 'unsafe-inline'") }, []],
    ['a script', { a: codeFlow('javascript:alert(1)') }, []],
    [
      'no text',
      { a: codeFlow(7), b: codeFlow(null), c: { type: 'oauth2' }, d: { type: 'oauth2', flows: [] }, e: null },
      [],
    ],
    ['a key', { a: { type: 'apiKey', flows: { x: { tokenUrl: 'https://idp.example' } } } }, []],
    ['no schemes', undefined, []],
  ])('For %s', (_, schemes, origins) => {
    expect(tokenOrigins(documentWith(schemes))).toEqual(origins);
  });
});
