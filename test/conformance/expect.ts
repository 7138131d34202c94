import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { PortFailure } from '../../src/ports/failure.ts';
import type { Json } from '../../src/ports/json.ts';
import type { KubeObject, PatchType } from '../../src/ports/kubernetes.ts';
import type { World } from './world.ts';

export const ANNOTATION = 'rollbook.dev/conformance';

export function annotate(value: string | null): Json {
  return { metadata: { annotations: { [ANNOTATION]: value } } };
}

export interface Writes {
  /** Patches the Service. */
  write(patch: Json, type?: PatchType): Promise<KubeObject>;
  dryRun(patch: Json, type?: PatchType): Promise<KubeObject>;
  /** A test that needs the right to patch services. */
  writing(run: (t: TestContext) => Promise<void>): (t: TestContext) => Promise<void>;
}

export function writesIn({ kubernetes, reads, service, mayWrite }: World): Writes {
  return {
    write: (patch, type = 'merge') => kubernetes.patch({ target: service, type, patch }),
    dryRun: (patch, type = 'merge') => reads.dryRunPatch({ target: service, type, patch }),
    writing: (run) => async (t) => (mayWrite ? run(t) : t.skip('this user may not patch services')),
  };
}

export function names(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}

export async function fails(
  reason: string,
  message: string | RegExp,
  promise: Promise<unknown>,
): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof PortFailure, String(error));
    assert.equal(error.reason, reason, error.message);
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}
