/**
 * Runs a process from start to end: a wrong configuration is one line and exit code 1, SIGINT and SIGTERM let
 * what is in flight finish and end with 0, SIGTERM after others had time to see that it ends; a second signal ends at once. SIGHUP takes over what has changed; when it
 * comes because the terminal is gone, it ends the process.
 */
import { isatty } from 'node:tty';
import { ConfigError } from './config/config-error.ts';
import { ContractFault } from './contract/contract-fault.ts';
import { redact } from './observability/redact.ts';
import { tracer } from './observability/tracing.ts';

export interface Running {
  /** Tells that it ends, and resolves when whoever has to know it has had time to see it. */
  drain?(): Promise<void>;
  close(): Promise<void>;
  reload?(): Promise<unknown>;
}

export async function run(start: () => Promise<Running>): Promise<void> {
  // Before the start, since whoever reads that it has started may end it at once.
  const started = shutDownOnSignal();
  try {
    started(await start());
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ContractFault)) throw error;
    process.stderr.write(redact(`${error.message.replaceAll(/^/gm, 'linkway: ')}\n`));
    process.exit(1);
  }
}

const STDIN = 0;
const FORCED_EXIT = 130;
/** npm passes Ctrl-C on to a process that the terminal has told already; that is not a second wish. */
const DUPLICATE_SIGNAL_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The log is written out at the exit, and where nobody reads it, no signal could be answered here meanwhile. */
function removeSignalHandlers(): void {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
}

/** Without an exit, which would wait for the log. */
function terminateBySignal(signal: NodeJS.Signals): never {
  removeSignalHandlers();
  process.kill(process.pid, signal);
  // The first process of a container is not ended so.
  process.exit(FORCED_EXIT);
}

/** @returns to be told what runs; until then a signal ends the process at once */
function shutDownOnSignal(): (running: Running) => void {
  let running: Running | undefined;
  let since: number | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running === undefined) process.exit(FORCED_EXIT);
    if (since !== undefined) {
      if (performance.now() - since > DUPLICATE_SIGNAL_MS) terminateBySignal(signal);
      return;
    }
    since = performance.now();
    if (signal === 'SIGTERM') await running.drain?.();
    await running.close();
    await tracer.current?.close();
    removeSignalHandlers();
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  const hadTerminal = isatty(STDIN);
  process.on('SIGHUP', () => {
    if (running?.reload === undefined || (hadTerminal && !isatty(STDIN))) void end('SIGHUP');
    else void running.reload();
  });
  return (one) => {
    running = one;
  };
}
