/** The SHA-256 of a text in base64url: the key of credentials in tables, so that no table contains credentials. */
import { hash } from 'node:crypto';

export const sha256 = (text: string): string => hash('sha256', text, 'base64url');
