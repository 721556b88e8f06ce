/** An issuer for tests: its keys, its tokens, and a server with its metadata and its key set. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type JwtAlgorithm, jwtSchemeSchema } from '../../../src/config/policies/jwt-scheme.ts';
import { ALGORITHMS } from '../../../src/security/jwt/algorithms.ts';
import { createJwtVerifier, type JwtLog, type JwtVerifier } from '../../../src/security/jwt/jwt-verifier.ts';
import { startUpstream, type TestUpstream } from '../../support/upstream.ts';

export interface IssuerKey {
  readonly algorithm: JwtAlgorithm;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** The public key as the issuer publishes it. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function makeKey(algorithm: JwtAlgorithm, kid: string, modulusLength = 2048): IssuerKey {
  const { keyType, curve = '' } = ALGORITHMS[algorithm];
  const pair =
    keyType === 'RSA'
      ? generateKeyPairSync('rsa', { modulusLength })
      : keyType === 'EC'
        ? generateKeyPairSync('ec', { namedCurve: curve })
        : generateKeyPairSync('ed25519');
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
  return { algorithm, kid, jwk, ...pair };
}

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signText(signed: string, { algorithm, privateKey }: IssuerKey): string {
  const { digest, parameters } = ALGORITHMS[algorithm];
  const signature = sign(digest, Buffer.from(signed), { key: privateKey, ...parameters });
  return `${signed}.${signature.toString('base64url')}`;
}

export const seconds = (): number => Math.floor(Date.now() / 1000);

/** Members with the value undefined are left out. */
export const signToken = (key: IssuerKey, claims: object, header: object = {}): string =>
  signText(
    `${encode({ alg: key.algorithm, kid: key.kid, typ: 'at+jwt', ...header })}.${encode(claims)}`,
    key,
  );

export interface TestIssuer {
  readonly issuer: string;
  readonly server: TestUpstream;
  /** The keys that it publishes. */
  keys: readonly IssuerKey[];
  /** Responds to a request for the key set. */
  respond: (req: IncomingMessage, res: ServerResponse) => void;
  /** Makes `respond` send the keys again. */
  recover(): void;
  /** Number of requests for the key set. */
  fetches(): number;
  claims(more?: object): Record<string, unknown>;
  token(more?: object, header?: object, key?: IssuerKey): string;
  verifier(more?: object, log?: JwtLog): JwtVerifier;
  /** Ends the server and all verifiers. */
  stop(): Promise<void>;
}

export async function startIssuer(...keys: IssuerKey[]): Promise<TestIssuer> {
  const verifiers: JwtVerifier[] = [];
  const server = await startUpstream((req, res) => one.respond(req, res));
  const publish = (_req: IncomingMessage, res: ServerResponse) =>
    res.end(JSON.stringify({ keys: one.keys.map(({ jwk }) => jwk) }));
  const one: TestIssuer = {
    issuer: server.url,
    server,
    keys,
    respond: publish,
    recover: () => {
      one.respond = publish;
    },
    fetches: () => server.requests.filter(({ url }) => url === '/jwks').length,
    claims: (more = {}) => ({
      iss: server.url,
      aud: 'orders',
      sub: 'ada',
      client_id: 'shop',
      scope: 'orders.read orders.write',
      iat: seconds(),
      exp: seconds() + 600,
      ...more,
    }),
    token: (more, header, key = one.keys[0] as IssuerKey) => signToken(key, one.claims(more), header),
    verifier: (more = {}, log) => {
      const options = { issuer: server.url, jwksUri: `${server.url}/jwks`, audience: ['orders'], ...more };
      const verifier = createJwtVerifier(jwtSchemeSchema.parse(options), log);
      verifiers.push(verifier);
      return verifier;
    },
    stop: async () => {
      for (const verifier of verifiers) verifier.close();
      await server.stop();
    },
  };
  return one;
}

/** What a verification says, in one word. */
export function verdictOf(verification: object): 'accepted' | 'rejected' | 'unavailable' {
  if ('subject' in verification) return 'accepted';
  return 'rejected' in verification ? 'rejected' : 'unavailable';
}
