/** `key NAME`: makes an API key, and prints it once with its entry for the file that `keysFile` names. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../security/sha256.ts';
import type { Command } from '../command.ts';
import { entryLines, grantOf } from './entry.ts';

/** Programs that search for leaked secrets recognize keys by a prefix. */
const PREFIX = 'lk_';

export const key: Command = {
  usage: 'key NAME',
  about: 'make an API key for keysFile; options: --scopes a,b --expires 2027-01-31 --client ID',
  async run(names, options = {}) {
    const grant = grantOf(names, options, 'key: expected one name, such as the partner who uses the key');
    const text = PREFIX + randomBytes(32).toString('base64url');
    const entry = entryLines('keys', { name: grant.name, sha256: sha256(text) }, grant);
    return {
      json: { key: text, entry: entry.join('\n') },
      lines: ['# The key. It is shown only now:', text, '', '# The entry for keysFile:', ...entry],
      isGood: true,
    };
  },
};
