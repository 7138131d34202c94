import { renderFor, scopeTemplate } from './scope.ts';
import { SECTION } from './select.ts';
import type { SessionState } from './state.ts';

export interface Texts {
  readonly titles: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;
}

/** Titles and descriptions that can be filled in now and could not before; undefined when there are none. */
export function newTexts(state: SessionState): Texts | undefined {
  if (state.status === 'ended') return undefined;
  const titles: Record<string, string> = {};
  const descriptions: Record<string, string> = {};
  for (const id of state.order) {
    const step = state.steps[id];
    const spec = state.runbook.steps.find((candidate) => candidate.id === step?.of);
    if (step === undefined || spec === undefined) continue;
    const render = (template: string) => renderFor(state, step, template);
    fill(titles, state.titles, id, spec.title, render);
    if (spec.description !== undefined) fill(descriptions, state.descriptions, id, spec.description, render);
  }
  for (const section of state.runbook.sections)
    fill(titles, state.titles, SECTION + section.id, section.title, (template) =>
      scopeTemplate(state, template),
    );
  return Object.keys(titles).length + Object.keys(descriptions).length === 0
    ? undefined
    : { titles, descriptions };
}

function fill(
  into: Record<string, string>,
  known: Readonly<Record<string, string>>,
  id: string,
  template: string,
  render: (template: string) => unknown,
): void {
  if (known[id] !== undefined || !template.includes('${{')) return;
  try {
    into[id] = String(render(template));
  } catch {
    // Names a step that has not run yet: tried again after the next one.
  }
}
