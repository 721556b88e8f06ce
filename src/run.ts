/**
 * Runs a process from its start to its end. Faults of the configuration are printed, and the process exits with 1. SIGINT
 * and SIGTERM let requests in progress finish and exit with 0; SIGTERM first drains, so that load balancers notice. A
 * second signal ends the process immediately. SIGHUP reloads the configuration, or ends the process if its terminal was
 * closed.
 */
import { isatty } from 'node:tty';
import { ConfigError } from './config/config-error.ts';
import { ContractFault } from './contract/contract-fault.ts';
import { redact } from './observability/redact.ts';
import { tracer } from './observability/tracing.ts';

export interface Running {
  /** Announces the end, and resolves when load balancers have had time to notice. */
  drain?(): Promise<void>;
  close(): Promise<void>;
  reload?(): Promise<unknown>;
}

export async function run(start: () => Promise<Running>): Promise<void> {
  // Before the start, because a signal may arrive as soon as the process reports its start.
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
/** npm forwards Ctrl-C to a process that already got it from the terminal; this is not a second signal. */
const DUPLICATE_SIGNAL_MS = 1000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The exit flushes the log. If its reader is blocked, only the default handlers can still end the process. */
function removeSignalHandlers(): void {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
}

/** Ends the process without an exit, which would wait for the log. */
function terminateBySignal(signal: NodeJS.Signals): never {
  removeSignalHandlers();
  process.kill(process.pid, signal);
  // Signals without a handler do not end the first process of a container.
  process.exit(FORCED_EXIT);
}

/** @returns a function that registers the running process; before its call a signal ends the process immediately */
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
