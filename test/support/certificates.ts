/**
 * Certificates for tests, valid until 2126, made with OpenSSL. `ca` signed all but `other-ca`, `fake` (by `other-ca`),
 * `below` (by `intermediate`) and `signed-by-leaf` (by `client`). `client`, `below`, `fake` and `server` have keys.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const CERTIFICATES = fileURLToPath(new URL('certificates/', import.meta.url));

export const pem = (file: string): string => readFileSync(CERTIFICATES + file, 'utf8');

export const certificate = (name: string): X509Certificate => new X509Certificate(pem(`${name}.pem`));
