import { z } from 'zod';

/** Block Kit as Slack's reference gives it, as far as messages use it: every field, and every limit in characters. */
const plainText = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  });
const mrkdwn = (most: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(most),
    verbatim: z.boolean().optional(),
  });
const anyText = (most: number) => z.union([plainText(most), mrkdwn(most)]);

export const blockKit = z
  .array(
    z.union([
      z.strictObject({
        type: z.literal('header'),
        text: plainText(150),
        block_id: z.string().max(255).optional(),
      }),
      z.strictObject({ type: z.literal('section'), text: anyText(3000) }),
      z.strictObject({ type: z.literal('section'), fields: z.array(anyText(2000)).min(1).max(10) }),
      z.strictObject({ type: z.literal('context'), elements: z.array(anyText(2000)).min(1).max(10) }),
    ]),
  )
  .min(1)
  .max(50);

/** Adaptive Cards 1.4, the elements that are used; Teams takes 28 KB of it. */
const textBlock = z.strictObject({
  type: z.literal('TextBlock'),
  text: z.string(),
  wrap: z.boolean().optional(),
  isSubtle: z.boolean().optional(),
  size: z.enum(['default', 'small', 'medium', 'large', 'extraLarge', 'Small', 'Medium', 'Large']).optional(),
  weight: z.enum(['default', 'lighter', 'bolder', 'Lighter', 'Bolder']).optional(),
});
const factSet = z.strictObject({
  type: z.literal('FactSet'),
  facts: z.array(z.strictObject({ title: z.string(), value: z.string() })).min(1),
});

export const adaptiveCardSchema = z
  .strictObject({
    type: z.literal('AdaptiveCard'),
    $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
    version: z.enum(['1.0', '1.1', '1.2', '1.3', '1.4', '1.5']),
    msteams: z.strictObject({ width: z.literal('Full') }).optional(),
    body: z.array(z.union([textBlock, factSet])).min(1),
    actions: z
      .array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.url() }))
      .max(6)
      .optional(),
  })
  .refine((card) => Buffer.byteLength(JSON.stringify(card)) <= 28 * 1024, 'a card has at most 28 KB');
