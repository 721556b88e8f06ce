/**
 * Runs a process from start to end: a wrong configuration is one line and exit code 1, SIGINT and SIGTERM let
 * what is in flight finish and end with 0, a second signal ends at once.
 */
import { ConfigError } from './config/config-error.ts';

export interface Running {
  close(): Promise<void>;
}

export async function run(start: () => Promise<Running>): Promise<void> {
  try {
    endOnSignal(await start());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`linkway: ${error.message}\n`);
    process.exit(1);
  }
}

const FORCED_EXIT = 130;

function endOnSignal(running: Running): void {
  let closing = false;
  const end = async (): Promise<void> => {
    if (closing) process.exit(FORCED_EXIT);
    closing = true;
    await running.close();
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
