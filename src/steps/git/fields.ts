import { z } from 'zod';

/** Where the repository is, and which part of it is meant. */
export const repositoryField = z
  .string()
  .optional()
  .describe('Folder of the repository; when absent or empty, the configured one, or where rollbook runs.');

export const pathField = z
  .string()
  .min(1)
  .default('k8s/')
  .describe('The folder or file that is meant, from the root of the repository.');
