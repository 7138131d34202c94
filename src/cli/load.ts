import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type Scenario, scenarioSchema } from '../drill/scenario.ts';
import { parse } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepKinds } from '../steps/index.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { packageRoot } from './package-root.ts';
export async function loadRunbook(reference: string): Promise<Runbook> {
  const file = path.join(packageRoot(), 'runbooks', `${reference}.yaml`);
  const result = parse(readFileSync(file), file, { kinds: stepKinds });
  if (result.ok) return result.runbook;
  throw new CommandFailure(JSON.stringify(result.problems, null, 1), EXIT.usage);
}
export async function hashOfRunbook(runbook: Runbook): Promise<string | undefined> {
  return runbook.sha256;
}
export async function loadScenario(runbook: string, id = 'straight'): Promise<Scenario> {
  const [group = '', name = ''] = runbook.split('/');
  const file = path.join(packageRoot(), 'runbooks', group, 'drills', name, `${id}.yaml`);
  const result = scenarioSchema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (result.success) return result.data;
  throw new CommandFailure(`${file}\n${z.prettifyError(result.error)}`, EXIT.usage);
}
