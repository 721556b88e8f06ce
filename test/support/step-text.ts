/** Files with steps for tests. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const INDEX = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href;

/** @param body an expression with the hooks; `options` are those of gateway.yaml */
export const stepText = (body: string): string =>
  `import { defineStep, Problem, stepRefused } from '${INDEX}';\nexport default defineStep((options) => (${body}));\n`;
