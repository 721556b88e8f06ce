/**
 * The OpenID provider of `npm run start:secure`: `oidc-provider` on loopback, with people who need no password. It
 * issues access tokens as signed JWTs (RFC 9068) for this gateway only. Everything is in memory, and new at each start.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import Provider, { type ClientMetadata, type Configuration, errors } from 'oidc-provider';
import { defaultLimits } from '../../config/limits.ts';
import { Html } from '../../http/page/html.ts';
import { hostGuard } from '../../http/server/allowed-hosts.ts';
import { type Listening, listen } from '../../http/server/listen.ts';
import type { DemoUsers } from './demo-users.ts';
import { memoryAdapters } from './memory-adapter.ts';
import { errorPage, loginPage, pageHeaders, STYLE_PATH, signedOutPage, signOutPage, style } from './pages.ts';

const LOOPBACK = '127.0.0.1';
/** The name of the gateway as a recipient of tokens (RFC 8707). */
export const AUDIENCE = 'urn:linkway:sample';
export const CLIENTS = { explorer: 'explorer', swaggerUi: 'swagger-ui', curl: 'curl' } as const;
/** No secret: the provider is on loopback, and anyone there may choose to be any person. */
export const CURL_SECRET = 'demo';

const TOKEN_SECONDS = 3600;
const INTERACTION = '/interaction/';
const MAX_FORM_BYTES = 1000;

export interface ProviderOptions {
  readonly port: number;
  readonly users: DemoUsers;
  /** The origins of the gateway. They are asked for with each request, because the gateway starts later. */
  readonly origins: () => readonly string[];
  /** Whether access tokens are signed, or the provider has to be asked about them (RFC 7662). */
  readonly tokens?: 'jwt' | 'opaque';
}

export interface RunningProvider {
  readonly issuer: string;
  close(): Promise<void>;
}

/** @throws ConfigError when the port is taken */
export async function startProvider({
  port,
  users,
  origins,
  tokens = 'jwt',
}: ProviderOptions): Promise<RunningProvider> {
  let app: RequestListener = (_req, res) => void res.writeHead(503, { 'Retry-After': '1' }).end();
  const listening: Listening = await listen((req, res) => app(req, res), {
    port,
    host: LOOPBACK,
    limits: () => defaultLimits,
    guard: hostGuard(LOOPBACK),
    names: { port: 'PROVIDER_PORT', host: 'HOST' },
  });
  const provider = new Provider(listening.url, configuration(users, origins, tokens));
  acceptGateway(provider, origins);
  app = createApp(provider, users, origins);
  return { issuer: listening.url, close: () => listening.close(0) };
}

/** Addresses of the gateway to which each client may lead a browser. */
const REDIRECTS: Readonly<Record<string, string>> = {
  [CLIENTS.explorer]: '/explorer/callback',
  [CLIENTS.swaggerUi]: '/docs/oauth2-redirect.html',
};
const SIGNED_OUT = '/explorer/signed-out';

/** The port of the gateway may be known only later, so that no list of the clients has its addresses. */
function acceptGateway(provider: Provider, origins: () => readonly string[]): void {
  const isAt = (uri: string, path: string | undefined): boolean =>
    path !== undefined && origins().some((origin) => uri === origin + path);
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed(this: { clientId: string }, uri: string) {
      return isAt(uri, REDIRECTS[this.clientId]);
    },
    postLogoutRedirectUriAllowed: (uri: string) => isAt(uri, SIGNED_OUT),
  });
}

function configuration(
  users: DemoUsers,
  origins: () => readonly string[],
  tokens: 'jwt' | 'opaque',
): Configuration {
  const scopes = [...new Set(Object.values(users).flatMap((user) => user.scopes))];
  const html = (ctx: { body: unknown; set(headers: Record<string, string>): void }, text: string) => {
    ctx.body = text;
    ctx.set({ ...pageHeaders(origins()) });
  };
  return {
    adapter: memoryAdapters(),
    clients: clients(),
    jwks: { keys: [signingKey()] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    scopes: ['openid'],
    claims: { openid: ['sub', 'name'] },
    conformIdTokenClaims: false,
    ttl: {
      AccessToken: TOKEN_SECONDS,
      AuthorizationCode: 60,
      ClientCredentials: TOKEN_SECONDS,
      Grant: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
      Interaction: 600,
      Session: 86_400,
    },
    findAccount: (_ctx, id) => {
      const user = Object.hasOwn(users, id) ? users[id] : undefined;
      return user && { accountId: id, claims: () => ({ sub: id, name: user.name }) };
    },
    interactions: { url: (_ctx, { uid }) => INTERACTION + uid },
    loadExistingGrant: (ctx) => grantOf(ctx.oidc, users),
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientId === CLIENTS.swaggerUi && origins().includes(origin),
    renderError: (ctx, { error, error_description: description = '' }) =>
      html(ctx, errorPage(error, String(description))),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientId === CLIENTS.curl },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== AUDIENCE) throw new errors.InvalidTarget();
          return {
            scope: scopes.join(' '),
            audience: AUDIENCE,
            accessTokenFormat: tokens,
            accessTokenTTL: TOKEN_SECONDS,
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => html(ctx, signOutPage(new Html(form))),
        postLogoutSuccessSource: (ctx) => html(ctx, signedOutPage()),
      },
    },
  };
}

function clients(): ClientMetadata[] {
  // The prototype of clients decides about redirects; the list must not be empty.
  const browser = (id: string): ClientMetadata => ({
    client_id: id,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [`http://localhost${REDIRECTS[id]}`],
  });
  return [
    browser(CLIENTS.explorer),
    browser(CLIENTS.swaggerUi),
    {
      client_id: CLIENTS.curl,
      client_secret: CURL_SECRET,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    },
  ];
}

const signingKey = () => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  alg: 'ES256',
  kid: randomBytes(8).toString('base64url'),
});

type Oidc = Parameters<NonNullable<Configuration['loadExistingGrant']>>[0]['oidc'];

/** Grants what a person may do, and refuses the rest, so that there is no page that asks for consent. */
async function grantOf({ provider, session, client }: Oidc, users: DemoUsers) {
  const accountId = session?.accountId;
  const user = accountId !== undefined && Object.hasOwn(users, accountId) ? users[accountId] : undefined;
  if (client === undefined || accountId === undefined || user === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId });
  const others = Object.values(users).flatMap(({ scopes }) => scopes);
  grant.addOIDCScope('openid');
  grant.addResourceScope(AUDIENCE, user.scopes.join(' '));
  grant.rejectResourceScope(AUDIENCE, others.filter((scope) => !user.scopes.includes(scope)).join(' '));
  await grant.save();
  return grant;
}

function createApp(provider: Provider, users: DemoUsers, origins: () => readonly string[]): RequestListener {
  const callback = provider.callback();
  return (req, res) => {
    const [path = ''] = (req.url ?? '').split('?', 1);
    if (path === STYLE_PATH) res.writeHead(200, { 'Content-Type': 'text/css; charset=utf-8' }).end(style);
    else if (!path.startsWith(INTERACTION)) void callback(req, res);
    else
      interact({ provider, users, origins: origins() }, path, req, res).catch(() => {
        // The interaction has ended, or belongs to another browser.
        if (!res.headersSent) res.writeHead(400, pageHeaders(origins()));
        res.end(errorPage('interaction_not_found', 'This page is no longer valid.'));
      });
  };
}

interface Interactions {
  readonly provider: Provider;
  readonly users: DemoUsers;
  readonly origins: readonly string[];
}

/** Shows the people, and signs in the one who was chosen. The cookie of the interaction proves who chooses. */
async function interact(
  { provider, users, origins }: Interactions,
  path: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { prompt } = await provider.interactionDetails(req, res);
  if (prompt.name !== 'login') throw new Error(`there is no page for ${prompt.name}`);
  if (req.method !== 'POST') {
    res.writeHead(200, pageHeaders(origins)).end(loginPage(path, users));
    return;
  }
  const accountId = (await formOf(req)).get('user') ?? '';
  if (!Object.hasOwn(users, accountId)) throw new Error('there is no such person');
  await provider.interactionFinished(req, res, { login: { accountId } });
}

async function formOf(req: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of req) {
    text += chunk;
    if (text.length > MAX_FORM_BYTES) throw new Error('the form is too large');
  }
  return new URLSearchParams(text);
}
