/**
 * Reads certificates and private keys from PEM files (RFC 7468), and checks them before they are used: that they can be
 * read, that key and certificate belong together, and that the certificate is valid today (RFC 5280 §4.1.2.5). Each
 * fault is one line with key and file. Contents of files are never part of a message.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../config-error.ts';

/** A file, and the key of `gateway.yaml` that names it. */
export interface NamedFile {
  readonly key: string;
  readonly path: string;
}

export interface KeyPair {
  /** The certificate and its issuers, as PEM. */
  readonly cert: string;
  /** The private key, as PEM. */
  readonly key: string;
  /** The certificate itself. */
  readonly leaf: X509Certificate;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** @throws ConfigError with one line */
export async function readKeyPair(
  certificate: NamedFile,
  key: NamedFile,
  now = Date.now(),
): Promise<KeyPair> {
  const cert = await readPem(certificate);
  const keyText = await readPem(key);
  const [leaf, ...others] = certificatesIn(certificate, cert) as [X509Certificate, ...X509Certificate[]];
  const privateKey = privateKeyIn(key, keyText);
  if (!leaf.checkPrivateKey(privateKey)) {
    throw others.some((one) => one.checkPrivateKey(privateKey))
      ? fault(certificate, 'the certificate of the key has to come first, before those of its issuers')
      : fault(key, `does not belong to the certificate in ${certificate.path}; name the files of one pair`);
  }
  if (leaf.validToDate.getTime() < now)
    throw fault(certificate, `expired on ${leaf.validToDate.toISOString()}; renew the certificate`);
  if (leaf.validFromDate.getTime() > now)
    throw fault(certificate, `is not valid before ${leaf.validFromDate.toISOString()}; check the clock`);
  return { cert, key: keyText, leaf };
}

/** Reads certificates of issuers. @throws ConfigError with one line */
export async function readIssuers(ca: NamedFile): Promise<string> {
  const text = await readPem(ca);
  certificatesIn(ca, text);
  return text;
}

function certificatesIn(file: NamedFile, text: string): X509Certificate[] {
  const blocks = text.match(PEM_CERTIFICATE) ?? [];
  if (blocks.length === 0)
    throw fault(file, 'has no certificate; expected PEM with BEGIN CERTIFICATE and END CERTIFICATE');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw fault(file, 'has a certificate that cannot be read; write the file again', cause);
  }
}

function privateKeyIn(file: NamedFile, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw /ENCRYPTED/.test(text)
      ? fault(file, 'is encrypted; store the key without a passphrase', cause)
      : fault(file, 'has no private key; expected PEM with BEGIN PRIVATE KEY and END PRIVATE KEY', cause);
  }
}

async function readPem(file: NamedFile): Promise<string> {
  try {
    return await readFile(file.path, 'latin1');
  } catch (cause) {
    throw fault(file, 'cannot be read; name a file that exists and that this user may read', cause);
  }
}

const fault = ({ key, path }: NamedFile, reason: string, cause?: unknown): ConfigError =>
  new ConfigError(`${key}: ${path}: ${reason}`, cause);
