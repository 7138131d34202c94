import type { HomeModel } from '../home.ts';
import type { HomeForm } from '../home-form.ts';
import type { Area } from '../layout.ts';
import { framed } from '../text/frame.ts';
import { blank, paragraph, type Row, row, span } from '../text/row.ts';
import { fieldRow, textOf } from '../text-field.ts';
import { frames, glyphs } from '../theme.ts';
import { targetRow } from './target-row.ts';

/** What has to be known before a runbook begins; where it will work stands above it. */
export function formFrame(form: HomeForm, model: HomeModel, { width, height }: Area): readonly Row[] {
  const long = bodyRows(form, model, width - 4, () => true);
  const body =
    long.length + 2 <= height ? long : bodyRows(form, model, width - 4, (place) => place === form.at);
  return framed({
    width,
    height: Math.min(height, body.length + 2),
    frame: form.action === 'preview' ? frames.preview : frames.incident,
    focused: true,
    title: row(
      span(form.action === 'preview' ? 'Preview' : 'Run', 'accent'),
      span(`  ${form.runbook.title}`, 'strong'),
    ),
    body,
  });
}

/** `isOpen`: which fields are explained; the others take a line. */
function bodyRows(
  form: HomeForm,
  model: HomeModel,
  room: number,
  isOpen: (place: number) => boolean,
): readonly Row[] {
  const isPreview = form.action === 'preview';
  return [
    row(span(isPreview ? 'looks at  ' : 'works in  ', 'muted'), ...targetRow(model.target)),
    blank,
    ...form.fields.flatMap(({ spec, value }, place) => {
      const isMarked = place === form.at;
      const isSecret = spec.type === 'secret';
      const about = spec.description ?? spec.type;
      const shown = isSecret ? '•'.repeat(value.characters.length) : textOf(value);
      if (!isOpen(place)) return [row(span(`  ${spec.name}  `), span(shown, 'strong'))];
      return [
        row(
          span(isMarked ? `${glyphs.pointer} ` : '  ', 'accent'),
          span(spec.name, isMarked ? 'strong' : 'plain'),
        ),
        ...paragraph(about, room - 2, 'muted', row('  ')),
        ...(spec.choices === undefined
          ? []
          : paragraph(`one of ${spec.choices.join(', ')}`, room - 2, 'muted', row('  '))),
        row('  ', ...(isMarked ? fieldRow(value, room - 2, isSecret) : [span(shown, 'strong')])),
        blank,
      ];
    }),
    ...(form.problem === undefined ? [] : paragraph(form.problem, room, 'warn')),
    row(
      span('enter', 'accent'),
      span(form.at === form.fields.length - 1 ? (isPreview ? ' preview' : ' begin') : ' next', 'muted'),
      span('    esc', 'accent'),
      span(' leave it', 'muted'),
    ),
  ];
}
