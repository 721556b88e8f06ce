/** A listener with TLS and a certificate of its own, for one test file. */
import type { RequestListener } from 'node:http';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { TlsConfig } from '../../src/config/policies/tls.ts';
import { type Listening, type ListenOptions, listen } from '../../src/http/server/listen.ts';
import { ServerCertificate } from '../../src/http/server/tls/server-certificate.ts';
import {
  type CertificateFolder,
  createAuthority,
  createCertificateFolder,
  type TestAuthority,
  type TestPair,
} from './authority.ts';

export interface SecureListener extends Listening {
  readonly certificate: ServerCertificate;
  readonly config: TlsConfig;
  /** What was logged, as level and fields. */
  readonly logged: readonly (readonly [level: string, fields: object, message: string])[];
}

export interface SecureSetup {
  readonly authority: TestAuthority;
  readonly folder: CertificateFolder;
  /** The pair that listeners start with. */
  readonly pair: TestPair;
  start(
    app: RequestListener,
    tls?: Partial<TlsConfig>,
    options?: Partial<Pick<ListenOptions, 'limits' | 'guard'>>,
  ): Promise<SecureListener>;
}

/** Call it at the top of a file. Its members can be used within tests. */
export function secureSetup(): SecureSetup {
  const state: { -readonly [K in 'authority' | 'folder' | 'pair']?: SecureSetup[K] } = {};
  const open: Listening[] = [];
  beforeAll(async () => {
    state.authority = await createAuthority();
    state.pair = await state.authority.issue();
    state.folder = await createCertificateFolder();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close(0);
  });
  afterAll(() => state.folder?.remove());
  return {
    get authority() {
      return state.authority as TestAuthority;
    },
    get folder() {
      return state.folder as CertificateFolder;
    },
    get pair() {
      return state.pair as TestPair;
    },
    start: async (app, tls = {}, options = {}) => {
      const files = await (state.folder as CertificateFolder).writePair('server', state.pair as TestPair);
      const config: TlsConfig = {
        ...files,
        clientCa: undefined,
        clientCertificate: 'off',
        minimum: 'TLSv1.2',
        http2: 'on',
        ...tls,
      };
      const logged: [string, object, string][] = [];
      const at = (level: string) => (fields: object, message: string) =>
        logged.push([level, fields, message]);
      const log = { info: at('info'), warn: at('warn'), error: at('error') };
      const certificate = await ServerCertificate.load(config, log as never);
      const listening = await listen(app, { port: 0, host: '127.0.0.1', tls: certificate, ...options });
      open.push(listening);
      return { ...listening, certificate, config, logged };
    },
  };
}
