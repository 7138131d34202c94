import { defineConfig } from 'vitest/config';

/** Set where a machine counts the results. */
const report = process.env.ROLLBOOK_TEST_REPORT;

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Failures and a summary; what a passing test prints is noise.
    reporters: report ? ['dot', ['json', { outputFile: report }]] : ['dot'],
    silent: 'passed-only',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/conformance/**', 'test/e2e/**', 'test/bench/benchmarks.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/bench/benchmarks.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          // Whole programs in real terminals, timed by a machine that may be busy: one more try says which it was.
          retry: 2,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
