/** jest runs the TypeScript sources as ES modules; swc strips the types. */
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
  testMatch: ['<rootDir>/test/**/*.test.ts'],
};
