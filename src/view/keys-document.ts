import type { Group, Place } from './binding.ts';
import { bindings } from './keymap.ts';

const PLACES: Readonly<Record<Place, string>> = {
  home: 'Home',
  session: 'Session',
  typing: 'While a line of text is typed',
  dialog: 'In a dialog',
  reader: 'Details and output',
  pods: 'Pods',
  links: 'The list of dashboards',
  summary: 'Summary of an ended session',
  preview: 'Preview',
  status: 'Status of a namespace',
  help: 'Help',
};

const GROUPS: readonly Group[] = ['Choose', 'Answer', 'Look', 'Session', 'Type', 'Move'];

/** docs/keys.md, from the keymap. */
export function keysDocument(): string {
  const sections = (Object.keys(PLACES) as Place[]).map((place) => {
    const here = bindings.filter((binding) => binding.places.includes(place));
    const sorted = GROUPS.flatMap((group) => here.filter((binding) => binding.group === group));
    const lines = sorted.map(
      ({ keys, help }) => `| ${keys.map((key) => `\`${key}\``).join(' ')} | ${help} |`,
    );
    return [`## ${PLACES[place]}`, '', '| Keys | What they do |', '|---|---|', ...lines].join('\n');
  });
  return `${['# Keys', INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `Generated from \`src/view/keymap.ts\` by \`npm run generate\`. The bottom line of each screen shows the keys
that do something at that moment; \`?\` shows all of them.

A question has to be on the screen for a quarter of a second before a key can answer it, and pasted text
never answers one.`;
