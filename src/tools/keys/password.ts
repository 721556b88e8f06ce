/** `password USER`: reads a password from the standard input, and prints the entry of the user for `keysFile`. */
import { ConfigError } from '../../config/config-error.ts';
import { hashPassword } from '../../security/api-keys/password-hash.ts';
import type { Command } from '../command.ts';
import { entryLines, grantOf } from './entry.ts';
import { readPassword } from './read-password.ts';

/** The minimum of NIST SP 800-63B §5.1.1.2. */
const MIN_CHARACTERS = 8;

export const password: Command = {
  usage: 'password USER',
  about: 'hash a password from the standard input for keysFile; options as for key',
  async run(names, options = {}) {
    const grant = grantOf(names, options, 'password: expected one name of a user');
    if (grant.name.includes(':'))
      throw new ConfigError('password: the name of a user cannot contain a colon');
    const text = (await readPassword(process.stdin)).normalize('NFC');
    if ([...text].length < MIN_CHARACTERS)
      throw new ConfigError(`password: expected at least ${MIN_CHARACTERS} characters`);
    if (/\p{Cc}/u.test(text)) throw new ConfigError('password: expected one line without control characters');
    const entry = entryLines('users', { user: grant.name, password: await hashPassword(text) }, grant);
    return {
      json: { entry: entry.join('\n') },
      lines: ['# The entry for keysFile:', ...entry],
      isGood: true,
    };
  },
};
