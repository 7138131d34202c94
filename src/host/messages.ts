import { z } from 'zod';
import type { Intent } from '../engine/intent.ts';
import type { ToHost } from './protocol.ts';

const step = z.string().max(500);
const planHash = z.string().max(200);
const typed = z.string().max(1_000).exactOptional();

const intent = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('confirm-step'), step, planHash, typed }),
  z.strictObject({ type: z.literal('answer-step'), step, value: z.json() }),
  z.strictObject({ type: z.literal('skip-step'), step, reason: z.string() }),
  z.strictObject({ type: z.literal('retry-step'), step }),
  z.strictObject({ type: z.literal('replan-step'), step }),
  z.strictObject({ type: z.literal('accept-step'), step }),
  z.strictObject({ type: z.literal('cancel-step'), step }),
  z.strictObject({ type: z.literal('undo-step'), step }),
  z.strictObject({ type: z.literal('confirm-undo'), step, planHash, typed }),
  z.strictObject({ type: z.literal('decline-undo'), step }),
  z.strictObject({ type: z.literal('abort-session'), undo: z.boolean() }),
  z.strictObject({ type: z.literal('pause-session'), reason: z.string() }),
  z.strictObject({ type: z.literal('add-note'), text: z.string(), step: step.exactOptional() }),
]) satisfies z.ZodType<Intent>;

const toHost = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('intent'),
    id: z.int(),
    asked: z.strictObject({
      intent,
      // A screen speaks for the person before it: flags and rules have no part in typing a dangerous step's word.
      by: z.literal('operator'),
    }),
  }),
  z.strictObject({ type: z.literal('detach') }),
]) satisfies z.ZodType<ToHost>;

/** A client's line, or undefined when it is not one that this host understands. */
export function parseToHost(line: string): ToHost | undefined {
  try {
    return toHost.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
