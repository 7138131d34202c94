import { systemClock } from '../adapters/clock.ts';
import type { World } from '../engine/event.ts';
import { preview as walkPreview } from '../engine/preview.ts';
import { createRedactor } from '../journal/redact.ts';
import { sealPreview } from '../journal/seal.ts';
import type { Json } from '../ports/json.ts';
import { stepKinds } from '../steps/index.ts';
import { type DrillWorld, startDrillWorld } from './drill-world.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { resolveInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { loadRunbook, loadScenario } from './load.ts';
import { type Connection, readPorts } from './ports.ts';
import { previewLines } from './preview-lines.ts';
import { type ConnectionFlags, connectionOf, givenInputs } from './run.ts';
import { readSettings } from './settings.ts';
import { VERSION } from './version.ts';

export interface PreviewFlags extends ConnectionFlags {
  readonly input: readonly string[];
  readonly sandbox?: boolean;
  readonly scenario?: string;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/** rollbook preview RUNBOOK: what each step would do, found out with clients that cannot write. */
export async function preview(reference: string, flags: PreviewFlags, io: Io): Promise<ExitCode> {
  const runbook = await loadRunbook(reference);
  const settings = readSettings(process.cwd(), process.env);
  const given = new Map<string, Json>(Object.entries(givenInputs(flags.input)));
  let world: DrillWorld | undefined;
  if (flags.sandbox) {
    const scenario = await loadScenario(runbook, flags.scenario);
    for (const [name, value] of Object.entries(scenario.inputs)) if (!given.has(name)) given.set(name, value);
    world = await startDrillWorld(scenario.world);
  }
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  try {
    const connection: Connection = world?.connection ?? connectionOf(flags, settings);
    const { inputs, secrets } = resolveInputs(runbook, given);
    const redactor = createRedactor(Object.values(secrets).map(String));
    const reads = readPorts(connection, (secret) => redactor.add(secret));
    const usesKubernetes = runbook.steps.some((step) => step.uses.startsWith('kubernetes/'));
    const context = usesKubernetes ? (await reads.kubernetes()).context : undefined;
    const shown: World = {
      mode: 'preview',
      ...(context === undefined ? {} : { context: context.name, user: context.user }),
      ...(connection.namespace === undefined ? {} : { namespace: connection.namespace }),
      ...(context !== undefined && settings.contexts[context.name]?.production ? { production: true } : {}),
    };
    const found = await walkPreview({
      runbook,
      inputs: { ...inputs, ...secrets },
      world: shown,
      version: VERSION,
      kinds: stepKinds,
      reads,
      clock: systemClock,
      signal: stopped.signal,
    });
    const document = sealPreview(found, redactor);
    if (flags.json) io.out(JSON.stringify(document));
    else if (flags.plain || !process.stdin.isTTY || !process.stdout.isTTY)
      for (const line of previewLines(document)) io.out(line);
    else await (await import('../view/run-preview.tsx')).runPreview({ document });
    return EXIT.succeeded;
  } finally {
    await world?.stop();
  }
}
