/** The SHA-256 of a token, by which verified tokens are kept. */
import { hash } from 'node:crypto';

const LAST = Symbol('last token');

interface WithLastToken {
  [LAST]?: { readonly text: string; readonly hash: string };
}

export const tokenHash = (text: string): string => hash('sha256', text, 'base64');

/** The hash of the last accepted token of a connection; most requests of a connection have the same token. */
export function lastTokenHash(text: string, connection: object): string | undefined {
  const last = (connection as WithLastToken)[LAST];
  return last?.text === text ? last.hash : undefined;
}

export const keepTokenHash = (text: string, tokenHash: string, connection: object): void => {
  (connection as WithLastToken)[LAST] = { text, hash: tokenHash };
};
