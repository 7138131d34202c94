import type { Runbook, Section, Step } from '../runbook/runbook.ts';

interface RunbookIndex {
  readonly steps: ReadonlyMap<string, Step>;
  /** A step's place in the runbook, loops not expanded. */
  readonly places: ReadonlyMap<string, number>;
  readonly sections: ReadonlyMap<string, Section>;
  readonly byScope: ReadonlyMap<string, readonly Step[]>;
}

/** Both are caches of what never changes, nothing else: a look-up per event must not cost a walk through the runbook. */
const runbooks = new WeakMap<Runbook, RunbookIndex>();
const orders = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

export function indexOf(runbook: Runbook): RunbookIndex {
  const known = runbooks.get(runbook);
  if (known !== undefined) return known;
  const byScope = new Map<string, Step[]>();
  for (const step of runbook.steps) {
    const inside = byScope.get(step.scope);
    if (inside === undefined) byScope.set(step.scope, [step]);
    else inside.push(step);
  }
  const index: RunbookIndex = {
    steps: new Map(runbook.steps.map((step) => [step.id, step])),
    places: new Map(runbook.steps.map((step, place) => [step.id, place])),
    sections: new Map(runbook.sections.map((section) => [section.id, section])),
    byScope,
  };
  runbooks.set(runbook, index);
  return index;
}

/** Where each id stands in the order of execution. */
export function placesOf(order: readonly string[]): ReadonlyMap<string, number> {
  const known = orders.get(order);
  if (known !== undefined) return known;
  const places = new Map(order.map((id, place) => [id, place]));
  orders.set(order, places);
  return places;
}
