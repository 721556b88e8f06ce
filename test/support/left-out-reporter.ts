/** Reports at the end of a jest run which slow files were left out, and how to run them. */
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** The used part of the configuration that jest passes to a reporter. */
interface Configuration {
  readonly rootDir: string;
  readonly testPathPatterns: {
    toExecutor(options: { readonly rootDir: string }): { isMatch(path: string): boolean };
  };
}

export default class LeftOutReporter {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  onRunComplete(): void {
    const { rootDir, testPathPatterns } = this.#configuration;
    const patterns = testPathPatterns.toExecutor({ rootDir });
    const files = globSync('test/**/*.slow.test.ts', { cwd: rootDir })
      .filter((file) => patterns.isMatch(join(rootDir, file)))
      .toSorted();
    if (files.length === 0) return;
    const list = files.map((file) => `  ${file}\n`).join('');
    process.stderr.write(
      `\nLeft out, because they take minutes (npm run test:all runs them, and .ci/run):\n${list}`,
    );
  }
}
