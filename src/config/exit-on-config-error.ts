/** Runs a command that reads the configuration or contracts. It prints their faults without a stack trace and exits with 1. */

import { ContractFault } from '../contract/contract-fault.ts';
import { redact } from '../observability/redact.ts';
import { ConfigError } from './config-error.ts';

export async function exitOnConfigError(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ContractFault)) throw error;
    process.stderr.write(redact(`${error.message.replaceAll(/^/gm, 'linkway: ')}\n`));
    process.exitCode = 1;
  }
}
