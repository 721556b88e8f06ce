/** Certificates and keys for tests, made when they are needed. None of them is ever stored in the project. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Crypto);

const DAY = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface TestPair {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

export interface TestAuthority extends TestPair {
  issue(options?: IssueOptions): Promise<TestPair>;
}

interface IssueOptions {
  readonly name?: string;
  /** DNS names. */
  readonly names?: readonly string[];
  /** Days from now; negative for a certificate that has expired. */
  readonly days?: number;
}

let serial = 0;
const nextSerial = (): string => {
  serial += 1;
  return serial.toString(16).padStart(4, '0');
};

const pemOf = async (key: CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key as never), 'PRIVATE KEY');

const generate = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

export async function createAuthority(name = 'Test CA'): Promise<TestAuthority> {
  const keys = (await generate()) as unknown as CryptoKeyPair;
  const issuer = `CN=${name}`;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: issuer,
    notBefore: new Date(Date.now() - 30 * DAY),
    notAfter: new Date(Date.now() + 3650 * DAY),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    cert: certificate.toString('pem'),
    key: await pemOf(keys.privateKey),
    issue: async ({ name: subject = 'localhost', names = ['localhost'], days = 90 } = {}) => {
      const own = (await generate()) as unknown as CryptoKeyPair;
      const issued = await x509.X509CertificateGenerator.create({
        serialNumber: nextSerial(),
        subject: `CN=${subject}`,
        issuer,
        notBefore: new Date(Date.now() - 10 * DAY),
        notAfter: new Date(Date.now() + days * DAY),
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            ...names.map((one) => ({ type: 'dns' as const, value: one })),
            ...(names.includes('localhost') ? [{ type: 'ip' as const, value: '127.0.0.1' }] : []),
          ]),
        ],
      });
      return { cert: issued.toString('pem'), key: await pemOf(own.privateKey) };
    },
  };
}

export interface CertificateFolder {
  readonly path: string;
  /** @returns the path of the file */
  write(name: string, text: string): Promise<string>;
  /** Writes both files of a pair: `<name>.crt` and `<name>.key`. */
  writePair(name: string, pair: TestPair): Promise<{ readonly certificate: string; readonly key: string }>;
  remove(): Promise<void>;
}

export async function createCertificateFolder(): Promise<CertificateFolder> {
  const path = await mkdtemp(join(tmpdir(), 'linkway-tls-'));
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(path, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  return {
    path,
    write,
    writePair: async (name, { cert, key }) => ({
      certificate: await write(`${name}.crt`, cert),
      key: await write(`${name}.key`, key),
    }),
    remove: () => rm(path, { recursive: true, force: true }),
  };
}
