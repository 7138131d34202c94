import { describe, expect, it } from 'vitest';
import { plainText, rowWidth } from '../../src/view/text/row.ts';
import { edit, emptyField, fieldOf, fieldRow, insert, textOf } from '../../src/view/text-field.ts';

/** Types characters and presses named keys: `<left>`. */
function typed(keys: string) {
  let field = emptyField;
  for (const [, name, character] of keys.matchAll(/<([^>]+)>|(.)/gsu)) {
    field = name === undefined ? insert(field, character ?? '') : edit(field, name);
  }
  return field;
}

describe('a line being typed', () => {
  it.each([
    ['green', 'green', 5],
    ['gren<left>e', 'green', 4],
    ['green<backspace><backspace>y', 'grey', 4],
    ['green<home>dark', 'darkgreen', 4],
    ['green<home><delete>', 'reen', 0],
    ['one two<ctrl+w>three', 'one three', 9],
    ['wrong<ctrl+u>right', 'right', 5],
    ['keep this<home><ctrl+k>', '', 0],
    ['a<end><right><right>b', 'ab', 2],
    ['日本<backspace>', '日', 1],
    ['e\u0301<backspace>', '', 0],
  ])('%s is %j with the cursor at %i', (keys, text, cursor) => {
    const field = typed(keys);
    expect(textOf(field)).toBe(text);
    expect(field.cursor).toBe(cursor);
  });

  it('takes a paste as one line, without what a terminal would obey', () => {
    expect(textOf(insert(fieldOf('INC-'), '42\u001b[31m\n'))).toBe('INC-42');
    expect(textOf(insert(emptyField, 'one\ntwo'))).toBe('one two');
  });

  it('keeps the cursor in sight of a line that is too long', () => {
    const field = fieldOf('abcdefghijklmnopqrstuvwxyz');
    expect(plainText(fieldRow(field, 10))).toBe('rstuvwxyz ');
    expect(rowWidth(fieldRow({ ...field, cursor: 12 }, 10))).toBeLessThanOrEqual(10);
  });

  it('hides a secret', () => {
    expect(plainText(fieldRow(fieldOf('s3cret'), 20, true)).trim()).toBe('••••••');
  });
});
