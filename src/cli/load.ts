import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type Scenario, scenarioSchema } from '../drill/scenario.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepKinds } from '../steps/index.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
export async function loadRunbook(reference: string): Promise<Runbook> {
  throw new Error(reference);
}
export async function hashOfRunbook(runbook: Runbook): Promise<string | undefined> {
  return runbook.sha256;
}
export async function loadScenario(runbook: string, id: string | undefined): Promise<Scenario> {
  throw new Error(`${runbook}${id}`);
}
