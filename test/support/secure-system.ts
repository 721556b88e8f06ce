/** The system as `npm run start:secure` runs it, with free ports and its own data folder. */
import { type SecureSystem, startSecure } from '../../src/tools/secure/start-secure.ts';
import { testStorage } from './storage.ts';

export type TestSecureSystem = Pick<SecureSystem, 'url' | 'issuer' | 'close'>;

export async function startSecureSystem(): Promise<TestSecureSystem> {
  const { env, remove } = await testStorage();
  const { url, issuer, close } = await startSecure({
    ...env,
    PORT: '0',
    PROVIDER_PORT: '0',
    LOG_LEVEL: 'silent',
  });
  return {
    url,
    issuer,
    close: async () => {
      await close();
      await remove();
    },
  };
}
