import { runbook } from './control/runbook.ts';
import { decision } from './human/decision.ts';
import { prompt } from './human/prompt.ts';
import { task } from './human/task.ts';
import { command } from './process/command.ts';
import { shell } from './process/shell.ts';
import type { StepKind } from './step-kind.ts';

/** Every kind of step there is. A new kind is its file, its test and a line here. */
export const stepKinds: readonly StepKind[] = [task, prompt, decision, command, shell, runbook];
