import type { JsonObject } from '../../ports/json.ts';
import type { Letter, Limits } from './message.ts';

/** Of Slack's blocks: a header has 150 characters, a section 3000, a field 2000 and a section ten of them; escaping may lengthen a text fivefold. */
export const SLACK_LIMITS: Limits = { title: 150, text: 2_800, fact: 180, facts: 10, links: 5 };
const SECTION = 3_000;

export type Mention = 'here' | 'channel';

/** Slack obeys these three characters and no others: with them goes every link, mention and date of a value. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A letter in Block Kit. Text is plain wherever Slack allows it, so that no star or underline of a value is obeyed. */
export function slackBlocks(letter: Letter, mention: Mention | undefined): readonly JsonObject[] {
  const { title, text, facts, links, signature } = letter;
  const plain = (value: string): JsonObject => ({ type: 'plain_text', text: value, emoji: false });
  return [
    ...(title === undefined ? [] : [{ type: 'header', text: plain(title) }]),
    // a mention only works in mrkdwn, in a block of its own: nothing of a value stands beside it
    ...(mention === undefined ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: `<!${mention}>` } }]),
    ...pieces(text).map((piece) => ({ type: 'section', text: plain(piece) })),
    ...(facts.length === 0
      ? []
      : [{ type: 'section', fields: facts.map(([label, value]) => plain(`${label}\n${value}`)) }]),
    ...(links.length === 0
      ? []
      : [
          {
            type: 'section',
            text: {
              type: 'mrkdwn',
              verbatim: true,
              text: links
                .map(
                  ([name, url]) =>
                    `<${escapeSlack(url).replaceAll('|', '%7C')}|${escapeSlack(name).replaceAll('|', '/')}>`,
                )
                .join('  '),
            },
          },
        ]),
    { type: 'context', elements: [plain(signature)] },
  ];
}

function pieces(text: string): readonly string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += SECTION) parts.push(text.slice(at, at + SECTION));
  return parts;
}
