/** The authorities that sign client certificates: the file that `clientCa` names. */
import { X509Certificate } from 'node:crypto';
import { ConfigError } from '../../config/config-error.ts';

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z\d+/=\s]+-----END CERTIFICATE-----/g;

/** @throws ConfigError if the text is no list of authorities in PEM */
export function parseAuthorities(text: string, file: string): readonly X509Certificate[] {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new ConfigError(`${file}: contains a private key; name a file with certificates only`);
  const blocks = text.match(PEM) ?? [];
  if (blocks.length === 0) throw new ConfigError(`${file}: contains no certificate in PEM`);
  return blocks.map((block, index) => parseAuthority(block, `${file}: certificate ${index + 1}`));
}

function parseAuthority(block: string, place: string): X509Certificate {
  const certificate = parseCertificate(block);
  if (certificate === undefined) throw new ConfigError(`${place} cannot be read`);
  if (!certificate.ca)
    throw new ConfigError(`${place} is not the certificate of an authority (basicConstraints CA:TRUE)`);
  return certificate;
}

/** @param data PEM or DER; undefined for other data */
export function parseCertificate(data: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(data);
  } catch {
    return undefined;
  }
}

/** More certificates between a client and its authority are not followed. */
const MAX_DEPTH = 5;

/**
 * Whether one of the authorities signed the certificate, directly or through intermediate certificates (RFC 5280 §6).
 * @param intermediates other certificates of the client, which are not trusted by themselves
 */
export function isSignedBy(
  certificate: X509Certificate,
  authorities: readonly X509Certificate[],
  intermediates: readonly X509Certificate[],
  now: number,
): boolean {
  let current = certificate;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const signed = current;
    const isSigner = (one: X509Certificate) =>
      one.ca && isWithin(validityOf(one), now) && signed.checkIssued(one) && signed.verify(one.publicKey);
    if (authorities.some(isSigner)) return true;
    const next = intermediates.find((one) => one !== signed && isSigner(one));
    if (next === undefined) return false;
    current = next;
  }
  return false;
}

/** Milliseconds since 1970. */
export interface Validity {
  readonly start: number;
  readonly end: number;
}

export const validityOf = ({ validFrom, validTo }: X509Certificate): Validity => ({
  start: Date.parse(validFrom),
  end: Date.parse(validTo),
});

export const isWithin = ({ start, end }: Validity, now: number): boolean => start <= now && now < end;
