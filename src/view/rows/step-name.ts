import { sectionTitleOf } from '../../engine/select.ts';
import type { SessionState } from '../../engine/state.ts';

/** 1, 2, 2.1 … for sections and steps; a section of one step is that step. */
export interface Numbered {
  readonly number: string;
  readonly title: string;
  readonly steps: readonly { readonly id: string; readonly number: string }[];
}

export function numbered(state: SessionState): readonly Numbered[] {
  return state.runbook.sections.map((section, place) => {
    const number = String(place + 1);
    const ids = state.order.filter((id) => section.stepIds.includes(state.steps[id]?.of ?? ''));
    const steps = ids.map((id, at) => ({ id, number: ids.length === 1 ? number : `${number}.${at + 1}` }));
    return { number, title: sectionTitleOf(state, section.id), steps };
  });
}

export function numberOf(state: SessionState, id: string): string {
  return (
    numbered(state)
      .flatMap((section) => section.steps)
      .find((step) => step.id === id)?.number ?? ''
  );
}
