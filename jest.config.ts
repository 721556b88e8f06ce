/**
 * jest runs the TypeScript sources as ES modules; swc strips the types. Files named `*.slow.test.ts` repeat whole
 * generators and journeys in copies of the project, kill and restart processes, or walk pages in a browser, which takes
 * minutes: `npm run test:all` and `.ci/run` run them too, and `npm test` says at its end which it left out.
 */
import { availableParallelism } from 'node:os';

const isAll =
  process.env.TEST_ALL === '1' ||
  process.env.REQUIRE_ALL === '1' ||
  process.argv.some((argument) => argument.includes('.slow'));

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
  // The built package has a package.json with the same name.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  testPathIgnorePatterns: ['/node_modules/', ...(isAll ? [] : ['\\.slow\\.test\\.ts$'])],
  reporters: isAll ? ['default'] : ['default', '<rootDir>/test/support/left-out-reporter.ts'],
};
