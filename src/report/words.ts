import { lasted } from './lasted.ts';
import type { JournalProof, SessionReport, Told } from './session-report.ts';

export const OUTCOME = {
  succeeded: 'Succeeded',
  failed: 'Failed',
  aborted: 'Aborted',
  open: 'Not ended',
} as const;

export const TOLD: Readonly<Record<Told['state'], string>> = {
  told: 'told',
  'not told': 'not told',
  'not sure': 'nobody knows whether it arrived',
};

/** What a session is called in the report's first line. */
export function headline({ session, runbook }: SessionReport): string {
  return session.mode === 'drill' ? `Drill: ${runbook.title}` : runbook.title;
}

/** 'incident in prod-eu, namespace banking-app, as operator' */
export function place({ session }: SessionReport): string {
  const { mode, scenario, context, namespace, user, production } = session;
  return [
    mode === 'drill'
      ? `a drill${scenario === undefined ? '' : ` (${scenario})`}, not an incident`
      : 'an incident',
    ...(context === undefined ? [] : [`context ${context}${production ? ' (production)' : ''}`]),
    ...(namespace === undefined ? [] : [`namespace ${namespace}`]),
    ...(user === undefined ? [] : [`as ${user}`]),
  ].join(', ');
}

/** '2026-11-22 04:12:09 UTC' */
export function when(iso: string): string {
  return iso.length < 19 ? iso : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

export function journalSentence(proof: JournalProof): string {
  if (!proof.whole)
    return `The journal is DAMAGED: only its first ${proof.events} events can be trusted, and nothing after them is told here. ${proof.problem}`;
  const torn = proof.tornBytes === 0 ? '' : `; a line of ${proof.tornBytes} bytes was cut short at its end`;
  return `The journal is whole and unchanged: ${proof.events} events, each proven by a hash over the one before, head ${proof.head}${torn}`;
}

export function took({ session }: SessionReport): string {
  return lasted(session.tookMs);
}
