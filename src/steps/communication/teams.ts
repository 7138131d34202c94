import { z } from 'zod';
import { defineKind } from '../step-kind.ts';
import { adaptiveCard, TEAMS_LIMITS } from './card.ts';
import { curlLine, deliver } from './delivery.ts';
import { letterLines, letterOf, messageFields } from './message.ts';

const data = z.object({ card: z.record(z.string(), z.json()) });

/** Tells a channel or chat of Teams. */
export const teams = defineKind({
  kind: 'teams',
  description: 'Posts a card to Teams through a workflow, once; a session never stops for it.',
  schema: z.strictObject(messageFields),
  risk: 'change',
  notifies: true,
  outputs: {},
  describe: ({ title, message }) => `Tell Teams: ${title ?? message.trim().split('\n')[0]}`,
  plan: async (params, context) => {
    const { host } = await context.ports.teams();
    const letter = letterOf(params, TEAMS_LIMITS, context);
    const card = adaptiveCard(letter);
    return {
      summary: `to Teams: ${letter.title ?? letter.text.split('\n')[0]}`,
      effects: [
        {
          verb: 'post',
          target: 'teams/workflow',
          summary: 'a new card, by a workflow of Teams',
          diff: letterLines(letter),
          command: curlLine('POST', '$TEAMS_WEBHOOK_URL', undefined),
        },
      ],
      risk: 'change',
      preconditions: [],
      permissions: [],
      facts: [`by the workflow at ${host}; each card is a message of its own, signed with the session`],
      warnings: ['It cannot be undone: people read it at once.'],
      data: { card },
    };
  },
  run: async (plan, { ports, signal }) => {
    const { card } = data.parse(plan.data);
    const port = await ports.teams();
    await deliver(() => port.post(card, { signal }), undefined, signal);
    return {
      summary: 'told',
      evidence: ['the workflow took it; only Teams shows whether it was posted'],
      outputs: {},
    };
  },
  probe: async () => ({
    landed: 'unknown',
    evidence:
      'Whether the card was posted cannot be told: a workflow cannot be asked. Look into the channel.',
  }),
});
