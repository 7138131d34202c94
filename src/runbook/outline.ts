import type { Path } from './report.ts';

/** A step as far as it can be made out, whatever else is wrong with the file. */
export interface OutlineStep {
  readonly path: Path;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly id: string | undefined;
  readonly uses: string | undefined;
  /** Its place among all steps of the file, from 0. */
  readonly index: number;
  readonly section: OutlineSection;
}

export interface OutlineSection {
  readonly path: Path;
  /** Undefined for the one that top-level steps make. */
  readonly raw: Readonly<Record<string, unknown>> | undefined;
  readonly id: string;
  readonly index: number;
  /** The index of its first step among all steps. */
  readonly firstStep: number;
}

export interface Outline {
  readonly root: Readonly<Record<string, unknown>>;
  readonly sections: readonly OutlineSection[];
  readonly steps: readonly OutlineStep[];
}

/** The section that holds the steps of a runbook without sections. */
const ONLY_SECTION = 'steps';

/** What the checks go through: every part that is at least of the right kind of value. */
export function outlineOf(root: Readonly<Record<string, unknown>>): Outline {
  const sections: OutlineSection[] = [];
  const steps: OutlineStep[] = [];
  const addSection = (
    raw: OutlineSection['raw'],
    id: string,
    path: Path,
    items: unknown,
    stepsPath: Path,
  ) => {
    const section = { path, raw, id, index: sections.length, firstStep: steps.length };
    sections.push(section);
    for (const [place, item] of asList(items).entries()) {
      const step = asMap(item);
      if (step === undefined) continue;
      const [stepId, uses] = [asText(step.id), asText(step.uses)];
      steps.push({ path: [...stepsPath, place], raw: step, id: stepId, uses, index: steps.length, section });
    }
  };
  if (root.steps !== undefined) addSection(undefined, ONLY_SECTION, [], root.steps, ['steps']);
  for (const [place, item] of asList(root.sections).entries()) {
    const raw = asMap(item);
    if (raw === undefined) continue;
    const id = asText(raw.id) ?? slug(asText(raw.title) ?? '', place);
    addSection(raw, id, ['sections', place], raw.steps, ['sections', place, 'steps']);
  }
  return { root, sections, steps };
}

/** 'switch-traffic-back' for 'Switch traffic back'. */
function slug(title: string, place: number): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\$\{\{.*?\}\}/g, ' ')
    .match(/[a-z0-9]+/g);
  return words === null ? `section-${place + 1}` : words.join('-').replace(/^(?=\d)/, 'section-');
}

export function asMap(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
