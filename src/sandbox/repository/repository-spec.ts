import * as z from 'zod/mini';

/** What the newest commit does to the manifests that were good before it. */
export const mistakes = [
  /** An image that is in no registry, rolled out all at once. */
  'wrong-image',
  /** A readiness probe that asks for a path which no program answers, rolled out all at once. */
  'broken-probe',
  /** A memory limit under which the program is killed, rolled out all at once. */
  'low-limits',
  /** The backend's Service is in no manifest any more, and gone from the cluster. */
  'deleted-service',
  /** New files: a ConfigMap and a Service that were not there before. */
  'added-files',
  /** A value in the ConfigMap. */
  'changed-config',
] as const;
export type Mistake = (typeof mistakes)[number];

/** A git repository with the manifests of the banking app, the newest commit applied to the cluster. */
export const repositoryInput = z.strictObject({
  bad: z.array(z.enum(mistakes)).check(z.minLength(1)),
});

export interface ManifestFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly objects: readonly ManifestObject[];
}

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface ManifestCommit {
  readonly author: string;
  readonly subject: string;
  readonly minutesAgo: number;
  /** Everything that is in the repository after it. */
  readonly files: readonly ManifestFile[];
}

/** The repository's history, oldest first, and what it did to the cluster. */
export interface RepositorySpec {
  readonly commits: readonly ManifestCommit[];
  /** What kubectl applied before the newest commit, and then of that. */
  readonly good: readonly ManifestObject[];
  readonly bad: readonly ManifestObject[];
  /** Services that the newest commit took away. */
  readonly removed: readonly ManifestObject[];
}
