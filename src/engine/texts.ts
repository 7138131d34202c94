import type { Draft, Event } from './event.ts';
import { indexOf } from './lookup.ts';
import { renderFor, scopeTemplate } from './scope.ts';
import { SECTION } from './select.ts';
import type { SessionState } from './state.ts';

export interface Texts {
  readonly titles: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;
}

type Trace = (step: string) => void;

interface Text {
  readonly of: 'titles' | 'descriptions';
  /** Of the step, or of the section behind its prefix. */
  readonly id: string;
  render(state: SessionState, trace: Trace): unknown;
}

/** Titles and descriptions that wait for what the session finds out. */
export interface OpenTexts {
  /** What can be filled in now and could not before; undefined when there is none. */
  take(state: SessionState): Texts | undefined;
  /** Tells of what happened: texts that asked for the steps concerned are tried again. */
  note(events: readonly Event[]): void;
}

/** A text that cannot be filled in yet waits for the steps it asked for, so that an event costs only what it can change. */
export function openTexts(state: SessionState): OpenTexts {
  const waiting = new Map<string, Set<Text>>();
  const expanded: string[] = [];
  let fresh = new Set<Text>([
    ...state.order.flatMap((id) => textsOfStep(state, id)),
    ...textsOfSections(state),
  ]);
  const wait = (text: Text) => (step: string) => {
    const texts = waiting.get(step);
    if (texts === undefined) waiting.set(step, new Set([text]));
    else texts.add(text);
  };
  return {
    note(events) {
      for (const event of events) {
        const step = changes(event);
        if (step === undefined) continue;
        for (const text of waiting.get(step) ?? []) fresh.add(text);
        waiting.delete(step);
        if (event.type === 'loop-expanded')
          expanded.push(...event.items.map((_, index) => `${step}[${index}]`));
      }
    },
    take(now) {
      for (const id of expanded.splice(0)) for (const text of textsOfStep(now, id)) fresh.add(text);
      const trying = fresh;
      fresh = new Set();
      const filled = { titles: new Map<string, string>(), descriptions: new Map<string, string>() };
      for (const text of trying) {
        try {
          filled[text.of].set(text.id, String(text.render(now, wait(text))));
        } catch {
          // Names a step that has not run yet.
        }
      }
      if (filled.titles.size + filled.descriptions.size === 0) return undefined;
      return {
        titles: Object.fromEntries(filled.titles),
        descriptions: Object.fromEntries(filled.descriptions),
      };
    },
  };
}

/** Titles and descriptions that can be filled in and are not yet; undefined when there are none. */
export function newTexts(state: SessionState): Texts | undefined {
  return openTexts(state).take(state);
}

const CONCLUDES: ReadonlySet<Draft['type']> = new Set([
  'step-succeeded',
  'step-failed',
  'step-skipped',
  'step-undone',
  'loop-expanded',
]);

function changes(event: Event): string | undefined {
  return CONCLUDES.has(event.type) && 'step' in event ? event.step : undefined;
}

const isTemplate = (text: string | undefined): text is string => text?.includes('${{') ?? false;

function textsOfStep(state: SessionState, id: string): readonly Text[] {
  const spec = indexOf(state.runbook).steps.get(state.steps[id]?.of ?? '');
  if (spec === undefined) return [];
  const textOf = (of: Text['of'], template: string | undefined): readonly Text[] =>
    !isTemplate(template) || state[of][id] !== undefined
      ? []
      : [
          {
            of,
            id,
            render(now, trace) {
              const step = now.steps[id];
              return step === undefined ? template : renderFor(now, step, template, trace);
            },
          },
        ];
  return [...textOf('titles', spec.title), ...textOf('descriptions', spec.description)];
}

function textsOfSections(state: SessionState): readonly Text[] {
  return state.runbook.sections.flatMap(({ id, title }) =>
    isTemplate(title) && state.titles[SECTION + id] === undefined
      ? [
          {
            of: 'titles' as const,
            id: SECTION + id,
            render: (now, trace) => scopeTemplate(now, title, trace),
          },
        ]
      : [],
  );
}
