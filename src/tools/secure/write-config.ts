/**
 * Writes the configuration of `npm run start:secure` below `DATA_DIR`: that of `gateway.yaml`, with `authentication`,
 * and an OpenAPI Overlay for each document with OAuth, which names the endpoints of the provider. Its files show what a
 * gateway of one's own needs.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { type Document, isMap, isScalar, parse, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../../config/config-error.ts';
import { AUDIENCE, CLIENTS } from './provider.ts';

export interface SecureConfigOptions {
  /** The `gateway.yaml` of `npm start`. */
  readonly source: string;
  /** The folder for the files. */
  readonly folder: string;
  readonly issuer: string;
  /** The scopes that people may have. */
  readonly scopes: readonly string[];
}

const sourceSchema = z.object({
  services: z.record(
    z.string(),
    z.object({ document: z.string(), overlays: z.array(z.string()).default([]) }),
  ),
});

const documentSchema = z.object({
  components: z
    .object({
      securitySchemes: z
        .record(
          z.string(),
          z.object({ type: z.string().optional(), flows: z.record(z.string(), z.unknown()).optional() }),
        )
        .optional(),
    })
    .optional(),
});

const COMMENT = ` Written by \`npm run start:secure\`, and again at each start: gateway.yaml, with authentication.
 The secrets are references to environment variables. See docs/sign-in.md.`;

/** @returns the path of the configuration */
export async function writeSecureConfig(options: SecureConfigOptions): Promise<string> {
  const { source, folder, issuer, scopes } = options;
  await mkdir(folder, { recursive: true });
  const file = parseDocument(await readFile(source, 'utf8'));
  const { success, data } = sourceSchema.safeParse(file.toJS());
  if (!success) throw new ConfigError(`${source} has no services`);
  const from = (path: string): string =>
    path.includes('://') ? path : relative(folder, resolve(dirname(source), path)) || path;
  const names = new Set<string>();
  for (const [service, { document, overlays }] of Object.entries(data.services)) {
    const schemes = await oauthSchemes(document, resolve(dirname(source), document));
    file.setIn(['services', service, 'document'], from(document));
    const own = schemes.length === 0 ? [] : [`${service}.overlay.yaml`];
    if (own.length + overlays.length > 0)
      file.setIn(['services', service, 'overlays'], file.createNode([...overlays.map(from), ...own]));
    file.setIn(
      ['services', service, 'authentication'],
      file.createNode({ credentials: 'strip', identity: 'token' }, { flow: true }),
    );
    for (const scheme of schemes) names.add(scheme.name);
    if (own[0] !== undefined) await writeFile(join(folder, own[0]), overlayOf(service, schemes, issuer));
  }
  const [scheme] = names;
  if (scheme === undefined)
    throw new ConfigError(`no document of ${source} has a security scheme of the type oauth2`);
  file.set('authentication', file.createNode(authenticationOf(scheme, [...names], issuer, scopes)));
  withoutComment(file);
  file.commentBefore = COMMENT;
  const path = join(folder, 'gateway.yaml');
  await writeFile(path, file.toString({ lineWidth: 0 }));
  return path;
}

/** The comment at the start belongs to the other file. */
function withoutComment({ contents }: Document): void {
  if (!isMap(contents)) return;
  contents.commentBefore = null;
  const key = contents.items[0]?.key;
  if (isScalar(key)) key.commentBefore = null;
}

const authenticationOf = (
  scheme: string,
  names: readonly string[],
  issuer: string,
  scopes: readonly string[],
) => ({
  enforce: 'on',
  schemes: Object.fromEntries(names.map((name) => [name, { issuer, audience: AUDIENCE }])),
  signingKey: `\${IDENTITY_KEY}`,
  browser: {
    scheme,
    client: { id: CLIENTS.explorer },
    scopes: [...scopes],
    cookieKey: `\${COOKIE_KEY}`,
  },
  docs: { clientId: CLIENTS.swaggerUi, scopes: [...scopes] },
});

interface OauthScheme {
  readonly name: string;
  readonly flows: readonly string[];
}

async function oauthSchemes(place: string, file: string): Promise<OauthScheme[]> {
  if (place.includes('://')) return [];
  const { data } = documentSchema.safeParse(parse(await readFile(file, 'utf8')));
  return Object.entries(data?.components?.securitySchemes ?? {}).flatMap(([name, { type, flows = {} }]) =>
    type === 'oauth2' ? [{ name, flows: Object.keys(flows) }] : [],
  );
}

/** The members of each flow with the addresses of the provider (OpenAPI 3.1 §4.8.30). */
const URLS: Readonly<Record<string, readonly string[]>> = {
  authorizationCode: ['authorizationUrl', 'tokenUrl'],
  clientCredentials: ['tokenUrl'],
};
const PATHS: Readonly<Record<string, string>> = { authorizationUrl: '/auth', tokenUrl: '/token' };

const overlayOf = (service: string, schemes: readonly OauthScheme[], issuer: string): string =>
  stringify({
    overlay: '1.0.0',
    info: { title: `Where ${service} gets its tokens`, version: '1.0.0' },
    actions: schemes.flatMap(({ name, flows }) =>
      flows
        .filter((flow) => URLS[flow] !== undefined)
        .map((flow) => ({
          target: `$.components.securitySchemes[${JSON.stringify(name)}].flows.${flow}`,
          update: Object.fromEntries((URLS[flow] ?? []).map((key) => [key, issuer + PATHS[key]])),
        })),
    ),
  });
