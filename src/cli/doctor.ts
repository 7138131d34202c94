import { homedir } from 'node:os';
import stringWidth from 'string-width';
import { stateFolder } from '../journal/sessions.ts';
import { neutralise } from '../prose/neutralise.ts';
import { diagnose, type Finding } from './diagnosis.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { asJsonLine } from './json-lines.ts';
import { withMonitoring } from './monitoring.ts';
import { readPorts } from './ports.ts';
import { type ConnectionFlags, connectionOf } from './run.ts';
import { readSettings } from './settings.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = { well: '✔', missing: '–', broken: '✖' };

/** rollbook doctor: whether what a session needs is there and works; nothing is changed. */
export async function doctor(
  flags: ConnectionFlags & { readonly json?: boolean },
  io: Io,
): Promise<ExitCode> {
  const settings = await readSettings(process.cwd(), process.env);
  const connection = withMonitoring(connectionOf(flags, process.env, settings), settings, flags.context);
  const findings = await diagnose({
    reads: readPorts(connection),
    stateFolder: stateFolder(process.env, homedir()),
    namespace: flags.namespace,
  });
  if (flags.json) io.out(asJsonLine(findings));
  else for (const line of findingLines(findings)) io.out(line);
  return findings.some(({ state }) => state === 'broken') ? EXIT.failed : EXIT.succeeded;
}

export function findingLines(findings: readonly Finding[]): readonly string[] {
  const width = Math.max(...findings.map(({ what }) => stringWidth(what)));
  const lines = findings.flatMap(({ what, state, says, next }) => {
    const first = ` ${MARKS[state]} ${what.padEnd(width)}  ${neutralise(says)}`;
    return next === undefined ? [first] : [first, `   ${' '.repeat(width)}  ${neutralise(next)}`];
  });
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const [broken, missing] = [count('broken'), count('missing')];
  const verdict =
    broken > 0
      ? `${broken} broken: a session would fail there.`
      : missing > 0
        ? `Nothing is broken; ${missing} not set up, which becomes a question where a runbook needs it.`
        : 'All is well.';
  return [...lines, '', verdict];
}
