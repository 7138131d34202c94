import type { InputSpec, Runbook } from '../runbook/runbook.ts';
import type { HomeModel } from './home.ts';
import { edit, emptyField, insert, type TextField, textOf } from './text-field.ts';

/** What a runbook needs to know before it begins, being typed. */
export interface HomeForm {
  readonly type: 'form';
  readonly action: 'run' | 'preview';
  readonly runbook: Runbook;
  readonly fields: readonly { readonly spec: InputSpec; readonly value: TextField }[];
  readonly at: number;
  /** Why the marked one is not taken. */
  readonly problem?: string;
}

/** Inputs that have to be given, and are not in the file. */
function neededInputs(runbook: Runbook): readonly InputSpec[] {
  return runbook.inputs.filter(({ required, default: given }) => required && given === undefined);
}

export function formFor(action: HomeForm['action'], runbook: Runbook): HomeForm | undefined {
  const fields = neededInputs(runbook).map((spec) => ({ spec, value: emptyField }));
  return fields.length === 0 ? undefined : { type: 'form', action, runbook, fields, at: 0 };
}

export type FormPressed =
  | { readonly to: 'form'; readonly form: HomeForm }
  | { readonly to: 'home' }
  | { readonly to: 'begin'; readonly given: Readonly<Record<string, string>> };

/** A key while the form is open: it edits, enter goes on to the next line and begins after the last, esc leaves. */
export function pressForm(
  form: HomeForm,
  name: string,
  input: string,
  check: HomeModel['check'],
): FormPressed {
  const { problem: _said, ...rest } = form;
  const move = (step: number): FormPressed => {
    const at = Math.max(0, Math.min(form.fields.length - 1, form.at + step));
    return { to: 'form', form: { ...rest, at } };
  };
  switch (name) {
    case 'esc':
      return { to: 'home' };
    case 'up':
    case 'shift+tab':
      return move(-1);
    case 'down':
    case 'tab':
      return move(1);
    case 'enter':
      return taken(rest, check);
    default:
      return { to: 'form', form: typed(rest, name, input) };
  }
}

export function pasteForm(form: HomeForm, text: string): HomeForm {
  return withField(form, (field) => insert(field, text));
}

function typed(form: HomeForm, name: string, input: string): HomeForm {
  const isText = input !== '' && (name === input || name === 'space');
  return withField(form, (field) => (isText ? insert(field, input) : edit(field, name)));
}

function withField(form: HomeForm, change: (field: TextField) => TextField): HomeForm {
  const fields = form.fields.map((one, place) =>
    place === form.at ? { ...one, value: change(one.value) } : one,
  );
  return { ...form, fields };
}

/** The marked line must fit before the next one is asked; the first that does not is gone back to. */
function taken(form: HomeForm, check: HomeModel['check']): FormPressed {
  const isLast = form.at === form.fields.length - 1;
  const asked = isLast ? form.fields : form.fields.slice(0, form.at + 1);
  const problems = asked.map(({ spec, value }) => check(spec, textOf(value)));
  const wrong = problems.findIndex((problem) => problem !== undefined);
  const problem = problems[wrong];
  if (problem !== undefined) return { to: 'form', form: { ...form, at: wrong, problem } };
  if (!isLast) return { to: 'form', form: { ...form, at: form.at + 1 } };
  return {
    to: 'begin',
    given: Object.fromEntries(form.fields.map(({ spec, value }) => [spec.name, textOf(value)])),
  };
}
