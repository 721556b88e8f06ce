/** For commands that read the configuration: what is wrong with it is one line, and the exit code 1. */
import { redact } from '../http/redact.ts';
import { ConfigError } from './config-error.ts';

export async function orOneLine(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(redact(`linkway: ${error.message.replaceAll('\n', '\nlinkway: ')}\n`));
    process.exitCode = 1;
  }
}
