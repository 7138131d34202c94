import { systemClock } from '../adapters/clock.ts';
import { preview as walkPreview } from '../engine/preview.ts';
import { createRedactor } from '../journal/redact.ts';
import { sealPreview } from '../journal/seal.ts';
import type { Json } from '../ports/json.ts';
import { stepKinds } from '../steps/index.ts';
import { startDrillWorld } from './drill-world.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { resolveInputs } from './inputs.ts';
import type { Io } from './io.ts';
import { asJsonLine } from './json-lines.ts';
import { loadRunbook, loadScenario } from './load.ts';
import { readPorts } from './ports.ts';
import { previewFigures } from './preview-figures.ts';
import { previewLines } from './preview-lines.ts';
import { type ConnectionFlags, connectionOf, givenInputs } from './run.ts';
import { NO_SETTINGS, readSettings } from './settings.ts';
import { settle, worldOf } from './settle.ts';
import { SIGNALS } from './signals.ts';
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
  const scenario = flags.sandbox ? await loadScenario(runbook, flags.scenario) : undefined;
  const given = { ...scenario?.inputs, ...givenInputs(flags.input) };
  const { inputs, secrets } = resolveInputs(runbook, new Map<string, Json>(Object.entries(given)));
  const settings = scenario ? NO_SETTINGS : await readSettings(process.cwd(), process.env);
  const stopped = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => stopped.abort());
  const world = scenario && (await startDrillWorld(scenario.world));
  try {
    const asked = world?.connection ?? connectionOf(flags, process.env, settings);
    const settled = await settle({ runbook, connection: asked, settings });
    const redactor = createRedactor(Object.values(secrets).map(String));
    const about = {
      runbook,
      inputs: { ...inputs, ...secrets },
      world: worldOf({ mode: 'preview', settings, runbook }, inputs, settled),
      reads: readPorts(settled.connection, (secret) => redactor.add(secret)),
      signal: stopped.signal,
    } as const;
    const [found, figures] = await Promise.all([
      walkPreview({ ...about, version: VERSION, kinds: stepKinds, clock: systemClock }),
      previewFigures(about),
    ]);
    const document = sealPreview({ ...found, figures }, redactor);
    if (flags.json) io.out(asJsonLine(document));
    else if (flags.plain || !process.stdin.isTTY || !process.stdout.isTTY)
      for (const line of previewLines(document)) io.out(line);
    else await (await import('../view/run-preview.tsx')).runPreview({ document });
    return EXIT.succeeded;
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    return EXIT.interrupted;
  } finally {
    await world?.stop();
  }
}
