// Run with NODE_OPTIONS=--experimental-vm-modules (the Makefile sets it): the code under test is ESM, as in production.
const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/.spanmill/'],
  testEnvironment: 'node',
};

const project = (name, extra = {}) => ({
  ...common,
  displayName: name,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  ...extra,
});

const servers = {
  globalSetup: '<rootDir>/test/support/start_servers.ts',
  globalTeardown: '<rootDir>/test/support/stop_servers.ts',
};

export default {
  // Property tests take seconds where two cores do everything else as well; what hangs still ends.
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/support/summary_reporter.js'],
  projects: [
    project('unit'),
    project('contract', servers),
    project('integration', servers),
    project('e2e', servers),
  ],
};
