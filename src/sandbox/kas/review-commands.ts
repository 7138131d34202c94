import type { ForgeNote } from '../gitlab/forge.ts';

export type Command = 'lgtm' | 'lgtm cancel' | 'hold' | 'hold cancel' | 'retest';

const COMMANDS: readonly string[] = ['lgtm', 'lgtm cancel', 'hold', 'hold cancel', 'retest'];

/** The commands of a comment: lines that are nothing else. */
export function commandsOf(body: string): Command[] {
  return body
    .split(/\r?\n/)
    .map((line) => /^\/(.+?)\s*$/.exec(line)?.[1] ?? '')
    .filter((word): word is Command => COMMANDS.includes(word));
}

export interface Verdict {
  readonly approved: boolean;
  readonly held: boolean;
}

/** What the approvers decided so far; an approval from before `since` counts no more, a hold does. */
export function verdict(notes: readonly ForgeNote[], approvers: ReadonlySet<string>, since: number): Verdict {
  const approvals = new Set<string>();
  const holds = new Set<string>();
  for (const { author, body, createdAt, system } of notes) {
    if (system || !approvers.has(author)) continue;
    for (const command of commandsOf(body)) {
      if (command === 'lgtm' && createdAt >= since) approvals.add(author);
      else if (command === 'lgtm cancel') approvals.delete(author);
      else if (command === 'hold') holds.add(author);
      // Anyone who may hold may lift the hold of another.
      else if (command === 'hold cancel') holds.clear();
    }
  }
  return { approved: approvals.size > 0, held: holds.size > 0 };
}
