import { runbookJsonSchema } from '../runbook/json-schema.ts';
import { stepKinds } from '../steps/index.ts';
import { EXIT } from './exit-code.ts';
import type { Io } from './io.ts';

/** rollbook schema */
export async function schema(io: Io): Promise<number> {
  io.out(JSON.stringify(runbookJsonSchema(stepKinds), null, 2));
  return EXIT.succeeded;
}
