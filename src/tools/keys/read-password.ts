/** Reads a password from the standard input: from a terminal without showing it, or all that another program writes. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ConfigError } from '../../config/config-error.ts';

const MAX_BYTES = 4096;

export async function readPassword(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY) return fromTerminal(input);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_BYTES)
      throw new ConfigError(`the password on the standard input is longer than ${MAX_BYTES} bytes`);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

async function fromTerminal(input: NodeJS.ReadStream): Promise<string> {
  process.stderr.write('Password: ');
  // The terminal shows what the interface writes, so that nothing is written.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
