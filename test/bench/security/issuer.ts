/** The issuer of the tokens of the benchmark: it publishes its keys, and hands out tokens. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportTo } from '../child.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

let url = '';
let number = 0;

function token(): string {
  number += 1;
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: url,
    aud: 'orders',
    sub: `user-${number}`,
    client_id: 'bench',
    scope: 'orders:read orders:write',
    iat: now,
    exp: now + 3600,
  };
  const signed = `${encode({ alg: 'RS256', kid: 'one', typ: 'at+jwt' })}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

const server = createServer((req, res) => {
  const count = Number(new URL(req.url ?? '', 'http://x').searchParams.get('count'));
  const body =
    req.url === '/jwks'
      ? { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] }
      : Array.from({ length: count }, token);
  res.end(JSON.stringify(body));
});
server.listen(0, '127.0.0.1', () => {
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  reportTo(process, url);
});
