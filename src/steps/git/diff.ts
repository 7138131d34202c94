import { z } from 'zod';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { pathField, repositoryField } from './fields.ts';

const LINES_SHOWN = 400;
const TEXT_KEPT = 64 * 1024;

const data = z.object({
  repository: z.string().optional(),
  path: z.string(),
  from: z.string(),
  to: z.string(),
});

/** What differs between two commits under a path. */
export const diff = defineKind({
  kind: 'git/diff',
  description: 'Shows what differs under a path between two commits of a repository on this machine.',
  schema: z.strictObject({
    from: z.string().min(1).default('HEAD').describe('The commit, branch or tag that is left.'),
    to: z.string().min(1).describe('The one that is gone to.'),
    path: pathField,
    repository: repositoryField,
  }),
  risk: 'safe',
  outputs: {
    text: 'The unified diff, its first 64 KiB.',
    added: 'Files that only the second has.',
    removed: 'Files that only the first has.',
    changed: 'Files that both have, and that differ.',
    commit: 'The full hash of the second.',
  },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ from, to, path }) => `Compare ${path} of ${from} and ${to}`,
  plan: async ({ from, to, path, repository }) =>
    readingPlan(`git diff ${from} ${to} -- ${path}`, {
      from,
      to,
      path,
      ...(repository === undefined ? {} : { repository }),
    }),
  observe: async (plan, context) => {
    const { repository, path, from, to } = data.parse(plan.data);
    const git = await context.ports.git(repository);
    const options = { signal: context.signal };
    const [text, commit] = await Promise.all([
      git.diff({ from, to, path }, options),
      git.resolve(to, options),
    ]);
    const { added, removed, changed } = filesOf(text);
    const lines = text.split('\n').filter((line) => line !== '');
    const parts = [
      ...(changed.length === 0 ? [] : [`${changed.length} changed`]),
      ...(added.length === 0 ? [] : [`${added.length} back`]),
      ...(removed.length === 0 ? [] : [`${removed.length} not there yet`]),
    ];
    return {
      holds: true,
      summary: parts.join(', ') || 'no difference',
      evidence: [
        ...lines.slice(0, LINES_SHOWN),
        ...(lines.length > LINES_SHOWN ? [`… and ${lines.length - LINES_SHOWN} more lines`] : []),
      ],
      outputs: { text: text.slice(0, TEXT_KEPT), added, removed, changed, commit },
    };
  },
});

/** Which files a unified diff adds, removes and changes. */
function filesOf(text: string) {
  const added: string[] = [];
  const removed: string[] = [];
  const changed: string[] = [];
  for (const part of text.split(/^diff --git /m).slice(1)) {
    const path = /^"?a\/(.*?)"? "?b\//.exec(part)?.[1] ?? '';
    if (/^new file mode/m.test(part)) added.push(path);
    else if (/^deleted file mode/m.test(part)) removed.push(path);
    else changed.push(path);
  }
  return { added, removed, changed };
}
