import { defineConfig } from 'vitest/config';

/** Set where a machine counts the results. */
const report = process.env.ROLLBOOK_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/conformance/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Failures and a summary; what a passing test prints is noise.
    reporters: report ? ['dot', ['json', { outputFile: report }]] : ['dot'],
    silent: 'passed-only',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
