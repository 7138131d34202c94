import { type Plan, type PlanContext, StepFailure } from '../step-kind.ts';
import { databasesOf } from './catalog.ts';
import { execAccess } from './exec-access.ts';
import { samePod } from './server.ts';
import { type SwapData, swapData, swapPlan } from './swap-plan.ts';

/** The way back from a swap, from wherever it got to: by oid, whatever the databases are called now. */
export async function planSwapBack(plan: Plan, context: PlanContext): Promise<Plan> {
  const data = swapData.parse(plan.data);
  const server = await samePod(data.server, context);
  const databases = await databasesOf(server);
  const [old, incoming] = data.renames;
  const nowOf = (oid: number | undefined) => databases.find((database) => database.oid === oid);
  const [oldNow, incomingNow] = [nowOf(old?.oid), nowOf(incoming?.oid)];
  if (old === undefined || incoming === undefined) return { ...plan, effects: [], alreadyDone: true };
  if (oldNow === undefined)
    throw new StepFailure(`The old database, ${old.to}, is gone: there is nothing to rename back.`, {
      next: 'Restore the safety backup instead.',
    });
  const { live } = data;
  const back: SwapData = {
    ...data,
    renames: [
      ...(incomingNow === undefined ? [] : [{ ...incoming, from: incomingNow.name, to: incoming.from }]),
      { ...old, from: oldNow.name, to: live },
    ],
    carried: [],
    allowWriters: true,
    opens: [live, ...(incomingNow === undefined ? [] : [incoming.from])],
  };
  const there = back.renames.every(({ from, to }) => from === to) && oldNow.connectable;
  if (there)
    return { ...plan, summary: `${live} is the old database`, effects: [], alreadyDone: true, data: back };
  const { permissions } = await execAccess(context, server.namespace);
  const planned = await swapPlan(server, back, permissions);
  return {
    ...planned,
    warnings: [
      ...planned.warnings,
      ...(incomingNow?.name === live
        ? [
            `what was written to ${live} since the swap stays in ${incoming.from}, and is not in ${live} any more`,
          ]
        : []),
    ],
  };
}
