/**
 * A checker plugin for StrykerJS that lets a share of the mutants through, the same ones each time. The others are
 * reported as errors, which the score leaves out.
 *
 * MUTATION_SHARE is that share, between 0 and 1.
 */
import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { type CheckResult, CheckStatus } from '@stryker-mutator/api/check';
import type { Mutant } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

const LARGEST = 2 ** 32;

/** A number in [0, 1) that depends on the place and the text of a mutant alone. */
function draw({ fileName, location, replacement }: Mutant): number {
  const { start, end } = location;
  const place = [relative(process.cwd(), fileName), start.line, start.column, end.line, end.column];
  const digest = createHash('sha256')
    .update(JSON.stringify([...place, replacement]))
    .digest();
  return digest.readUInt32BE() / LARGEST;
}

class SampleChecker {
  readonly #share = Number(process.env.MUTATION_SHARE ?? 1);

  async init(): Promise<void> {}

  async check(mutants: readonly Mutant[]): Promise<Record<string, CheckResult>> {
    return Object.fromEntries(mutants.map((mutant) => [mutant.id, this.#resultOf(mutant)]));
  }

  #resultOf(mutant: Mutant): CheckResult {
    return draw(mutant) < this.#share
      ? { status: CheckStatus.Passed }
      : { status: CheckStatus.CompileError, reason: 'not in the sample' };
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample', SampleChecker)];
