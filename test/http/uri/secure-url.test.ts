/** Which URLs lead to a server whose keys can be trusted. */
import { expect, it } from '@jest/globals';
import { isLoopbackUrl, isSecureUrl } from '../../../src/http/uri/secure-url.ts';

it.each([
  'https://idp.example',
  'https://idp.example:8443/realms/shop?x=1',
  'http://localhost:8081/jwks',
  'http://127.0.0.1',
  'http://127.8.9.1:80/',
  'http://[::1]:3000/x',
])('A URL over TLS or to this machine is secure: %s', (url) => {
  expect(isSecureUrl(url)).toBe(true);
  expect(isLoopbackUrl(url)).toBe(url.startsWith('http:'));
});

it.each([
  'http://idp.example',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://10.0.0.1/',
  'http://[::2]/',
  'http://user@localhost/',
  'https://user:password@idp.example/',
  'https://idp.example/#x',
  'https://idp.example/#',
  ' https://idp.example',
  'https://idp.example\n',
  'https:idp.example',
  'file:///etc/passwd',
  'ftp://localhost/',
  'data:application/json,{}',
  'idp.example',
  '',
  'https://',
])('A URL that others can read or change is not secure: %s', (url) => {
  expect(isSecureUrl(url)).toBe(false);
  expect(isLoopbackUrl(url) && isSecureUrl(url)).toBe(false);
});
