import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Note } from '../../ports/gitlab.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import { defineKind, type PlanContext } from '../step-kind.ts';
import { onceAdmitted } from './patience.ts';
import { gitlabOf, mergeRequestName, projectField, writableGitLab, writePermissions } from './place.ts';

const data = z.object({
  project: z.number(),
  name: z.string(),
  iid: z.number(),
  body: z.string(),
  marker: z.string(),
});

/** Says something in a merge request, once. */
export const comment = defineKind({
  kind: 'gitlab/comment',
  description: 'Writes a comment into a merge request; the same comment is never written twice.',
  schema: z.strictObject({
    project: projectField,
    iid: z.int().min(1).describe('The number of the merge request.'),
    body: z
      .string()
      .min(1)
      .refine(
        (text) => !/^\s*\//m.test(text),
        'a comment may not hold commands to the bots (a line that begins with "/")',
      )
      .describe('The comment, in Markdown.'),
  }),
  risk: 'change',
  outputs: { note: 'The number of the comment.' },
  window: { forMs: 0, withinMs: 60_000, everyMs: 3_000 },
  describe: ({ project, iid }) => `Comment on ${mergeRequestName(project, iid)}`,
  plan: async ({ project: ref, iid, body }, context) => {
    const place = await gitlabOf(context);
    const project = await place.gitlab.project(ref, place.options);
    const marker = markerOf(project.id, iid, body);
    const [notes, permissions] = await Promise.all([
      place.gitlab.notes(project.id, iid, place.options),
      writePermissions(place, [{ verb: 'create', resource: 'notes', project }]),
    ]);
    const done = notes.some((note) => note.body.includes(marker));
    const name = mergeRequestName(project.path, iid);
    const text = `${body}\n\n${marker}`;
    return {
      summary: `comment on ${name}`,
      effects: done
        ? []
        : [
            {
              verb: 'create',
              target: `note/${name}`,
              namespace: project.path,
              summary: `a comment of ${body.length} characters`,
              diff: body.split('\n').map((line) => ({ change: 'added', text: line })),
              command: shellLine(['glab', 'mr', 'note', String(iid), '-R', project.path, '-m', body]),
            },
          ],
      risk: done ? 'safe' : 'change',
      preconditions: [],
      permissions: done ? [] : permissions,
      facts: done ? ['the same comment is there already'] : [],
      warnings: done ? [] : ['It cannot be undone from here: people are notified at once.'],
      ...(done ? { alreadyDone: true } : {}),
      data: { project: project.id, name, iid, body: text, marker },
    };
  },
  run: async (plan, context) => {
    const { project, name, iid, body } = data.parse(plan.data);
    if (plan.alreadyDone) return { summary: 'already there', evidence: [], outputs: {} };
    const { gitlab, options } = await writableGitLab(context);
    const { id } = await onceAdmitted(context, () => gitlab.comment(project, iid, body, options));
    return { summary: 'commented', evidence: [`comment ${id} on ${name}`], outputs: { note: id } };
  },
  observe: async (plan, context) => {
    const found = await written(data.parse(plan.data), context);
    return {
      holds: found !== undefined,
      summary: found === undefined ? 'not there' : 'commented',
      evidence: found === undefined ? [] : [`comment ${found.id} of ${found.author}, ${found.createdAt}`],
      outputs: { note: found?.id ?? null },
    };
  },
  probe: async (plan, context) => {
    const of = data.parse(plan.data);
    const found = await written(of, context);
    return found === undefined
      ? { landed: 'no', evidence: `The comment is not on ${of.name}.` }
      : { landed: 'yes', evidence: `The comment is on ${of.name} since ${found.createdAt}.` };
  },
});

async function written(
  { project, iid, marker }: z.infer<typeof data>,
  context: PlanContext,
): Promise<Note | undefined> {
  const { gitlab, options } = await gitlabOf(context);
  return (await gitlab.notes(project, iid, options)).find(({ body }) => body.includes(marker));
}

/** Invisible in GitLab; tells this comment from every other. */
function markerOf(project: number, iid: number, body: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([project, iid, body]))
    .digest('hex');
  return `<!-- rollbook ${digest.slice(0, 24)} -->`;
}
