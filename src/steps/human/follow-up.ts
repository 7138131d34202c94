import { z } from 'zod';
import { durationField, durationMs } from '../fields.ts';
import { defineKind } from '../step-kind.ts';
import { questionPlan } from './question-plan.ts';

/** 'Ana, 2026-11-25' */
const ANSWER = '[^,]+(,[^,]+)*, ?\\d{4}-\\d{2}-\\d{2}';

/** Something to be done after the session, with somebody who does it and a date. */
export const followUp = defineKind({
  kind: 'follow-up',
  description: 'Asks who does something after the session, and until when; the report lists it.',
  schema: z.strictObject({
    what: z.string().min(1).describe('What is to be done, in a line.'),
    details: z.string().optional().describe('What belongs to it.'),
    owner: z.string().min(1).default('on call').describe('Who is offered as the one who does it.'),
    within: durationField.default('72h').describe('Until when it is offered to be done, from now on.'),
  }),
  risk: 'safe',
  outputs: { value: 'Owner and date, as they were answered.' },
  describe: ({ what }) => `Follow-up: ${what}`,
  plan: async ({ what, details, owner, within }, { ports }) => {
    const due = new Date(ports.clock.now() + durationMs(within)).toISOString().slice(0, 10);
    const plan = questionPlan(what, {
      type: 'prompt',
      message: `${what}${details === undefined ? '' : `\n\n${details}`}\n\nWho does it, and until when? (name, date)`,
      pattern: ANSWER,
      default: `${owner.replaceAll(/\s+/g, ' ')}, ${due}`,
    });
    return { ...plan, data: { what, ...(details === undefined ? {} : { details }) } };
  },
});
