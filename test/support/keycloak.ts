/**
 * A Keycloak server with the realm of `.ci/keycloak/realm.json`, which `.ci/keycloak/serve` starts and KEYCLOAK_URL names.
 * Without it the tests are skipped with a message, also with REQUIRE_ALL=1: `.ci/run` says why it could not be started.
 */
import { describe } from '@jest/globals';

const BASE = process.env.KEYCLOAK_URL ?? '';
const MISSING = process.env.KEYCLOAK_MISSING ?? 'KEYCLOAK_URL is not set';

export const ISSUER = `${BASE}/realms/shop`;

/** A `describe` whose tests need Keycloak. */
export function describeWithKeycloak(name: string, tests: () => void): void {
  if (BASE !== '') describe(name, tests);
  else {
    console.warn(`SKIPPED: ${name}: ${MISSING}`);
    describe.skip(`${name}: skipped, ${MISSING}`, tests);
  }
}

/** Parsed JSON of any shape. */
type Json = ReturnType<typeof JSON.parse>;

/** @throws Error with the response where Keycloak refuses the request */
async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response;
}

async function sendForm(url: string, form: Readonly<Record<string, string>>): Promise<string> {
  const response = await send(url, { method: 'POST', body: new URLSearchParams(form) });
  return response.text();
}

const tokenUrl = (realm: string) => `${BASE}/realms/${realm}/protocol/openid-connect/token`;

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

const ALL = 'openid orders:read orders:write';

/** The tokens of a user, who signs in with the client `web`. */
export const tokensOf = async (username: string): Promise<Tokens> =>
  JSON.parse(
    await sendForm(tokenUrl('shop'), {
      grant_type: 'password',
      client_id: 'web',
      client_secret: 'web-secret',
      username,
      password: `${username}-password`,
      scope: ALL,
    }),
  );

export const accessTokenOf = async (username: string): Promise<string> =>
  (await tokensOf(username)).access_token;

/** The access token of a program, by client credentials. */
export const tokenOfClient = async (id: string, scope: string): Promise<string> =>
  JSON.parse(
    await sendForm(tokenUrl('shop'), {
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: `${id}-secret`,
      scope,
    }),
  ).access_token;

/** An access token of another realm of the same server. */
export const tokenOfAdmin = async (): Promise<string> =>
  JSON.parse(
    await sendForm(tokenUrl('master'), {
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'admin',
      password: process.env.KEYCLOAK_ADMIN_PASSWORD ?? '',
    }),
  ).access_token;

/** RFC 7009. */
export const revoke = (token: string) =>
  sendForm(`${ISSUER}/protocol/openid-connect/revoke`, {
    client_id: 'web',
    client_secret: 'web-secret',
    token,
  });

/** Sends a request to the admin REST API of the realm. */
async function administer(method: string, path: string, body?: object): Promise<Json> {
  const response = await send(`${BASE}/admin/realms/shop${path}`, {
    method,
    headers: { Authorization: `Bearer ${await tokenOfAdmin()}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

export interface SigningKey {
  readonly kid: string;
  /** The component of Keycloak that has the key. */
  readonly providerId: string;
  readonly providerPriority: number;
}

/** The key that signs new access tokens. */
export async function activeKey(): Promise<SigningKey> {
  const { active, keys } = await administer('GET', '/keys');
  const key = keys.find(({ kid }: SigningKey) => kid === active.RS256);
  if (key === undefined) throw new Error('Keycloak has no active key');
  return key;
}

/** Adds a key that signs new tokens; the former keys stay published. */
export async function addKey(): Promise<SigningKey> {
  const { providerPriority } = await activeKey();
  await administer('POST', '/components', {
    name: `rotated ${providerPriority}`,
    providerId: 'rsa-generated',
    providerType: 'org.keycloak.keys.KeyProvider',
    config: {
      priority: [String(providerPriority + 1)],
      enabled: ['true'],
      active: ['true'],
      algorithm: ['RS256'],
      keySize: ['2048'],
    },
  });
  return activeKey();
}

export const removeKey = ({ providerId }: SigningKey) => administer('DELETE', `/components/${providerId}`);

/** A part of a token, without verification. */
export const readToken = (token: string, part: 'header' | 'claims'): Json =>
  JSON.parse(Buffer.from(token.split('.')[part === 'header' ? 0 : 1] ?? '', 'base64url').toString());
