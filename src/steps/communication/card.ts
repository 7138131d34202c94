import type { JsonObject } from '../../ports/json.ts';
import type { Letter, Limits } from './message.ts';

/** A card may have 28 KB as a whole; these keep it below, however its characters are written in JSON. */
export const TEAMS_LIMITS: Limits = { title: 150, text: 3_000, fact: 180, facts: 10, links: 5 };

/** Teams reads Markdown in a TextBlock; a value must not make a link or a picture of it. */
function escapeCard(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+!|~-]/g, (character) => `\\${character}`);
}

/** A letter as an Adaptive Card, version 1.4: the newest that every client of Teams shows. */
export function adaptiveCard({ title, text, facts, links, signature }: Letter): JsonObject {
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      ...(title === undefined
        ? []
        : [{ type: 'TextBlock', size: 'Large', weight: 'Bolder', wrap: true, text: escapeCard(title) }]),
      ...text.split(/\n{2,}/).map((paragraph) => ({
        type: 'TextBlock',
        wrap: true,
        text: escapeCard(paragraph).replaceAll('\n', '\n\n'),
      })),
      ...(facts.length === 0
        ? []
        : [
            {
              type: 'FactSet',
              facts: facts.map(([name, value]) => ({ title: escapeCard(name), value: escapeCard(value) })),
            },
          ]),
      { type: 'TextBlock', isSubtle: true, size: 'Small', wrap: true, text: escapeCard(signature) },
    ],
    ...(links.length === 0
      ? {}
      : { actions: links.map(([name, url]) => ({ type: 'Action.OpenUrl', title: name, url })) }),
  };
}
