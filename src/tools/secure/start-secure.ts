/** Starts the system of `npm start` closed: with a provider where people sign in, and `security` that is enforced. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import { type Environment, readSettings } from '../../config/settings.ts';
import { type StartedSystem, start } from '../../main.ts';
import { type DemoUsers, readDemoUsers } from './demo-users.ts';
import { startProvider } from './provider.ts';
import { writeSecureConfig } from './write-config.ts';

export interface SecureSystem extends StartedSystem {
  readonly issuer: string;
  readonly users: DemoUsers;
}

const USERS = 'services/demo-users.yaml';
const DEFAULT_PORT = 9000;

/**
 * @param env also `PROVIDER_PORT`, the port of the provider; 0 chooses a free one
 * @throws ConfigError for faults of the configuration
 */
export async function startSecure(env: Environment): Promise<SecureSystem> {
  const { DATA_DIR, GATEWAY_CONFIG } = readSettings(env);
  const users = await readDemoUsers(USERS);
  const scopes = [...new Set(Object.values(users).flatMap((user) => user.scopes))];
  let origins: readonly string[] = [];
  const provider = await startProvider({ port: portOf(env), users, origins: () => origins });
  try {
    const file = await writeSecureConfig({
      source: GATEWAY_CONFIG,
      folder: resolve(join(DATA_DIR, 'secure')),
      issuer: provider.issuer,
      scopes,
    });
    const system = await start({
      ...env,
      GATEWAY_CONFIG: file,
      // New at each start, like the people and the keys of the provider.
      COOKIE_KEY: env.COOKIE_KEY || randomKey(),
      IDENTITY_KEY: env.IDENTITY_KEY || randomKey(),
    });
    const { protocol, port } = new URL(system.url);
    origins = [`${protocol}//localhost:${port}`, `${protocol}//127.0.0.1:${port}`];
    const close = async () => {
      await system.close();
      await provider.close();
    };
    return { ...system, issuer: provider.issuer, users, close };
  } catch (error) {
    await provider.close();
    throw error;
  }
}

function portOf({ PROVIDER_PORT = '' }: Environment): number {
  const port = PROVIDER_PORT === '' ? DEFAULT_PORT : Number(PROVIDER_PORT);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ConfigError('Environment variable PROVIDER_PORT: expected a port');
}

const randomKey = (): string => randomBytes(32).toString('base64url');
