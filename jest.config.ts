/** jest runs the TypeScript sources as ES modules; swc strips the types. */
import { availableParallelism } from 'node:os';

export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'esnext', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // No test is about time: this is for what hangs, also on a slow machine.
  testTimeout: 30_000,
  // Much of a test is to wait for a process or a browser; with one core left free, two cores would be one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // What a test file has loaded is not all let go when it is over.
  workerIdleMemoryLimit: '1GB',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
};
