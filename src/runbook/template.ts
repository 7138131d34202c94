import type { Json } from '../ports/json.ts';

const OPEN = '${{';

export interface TemplatePart {
  readonly type: 'text' | 'expression';
  /** The text itself, or what stands between `${{` and `}}`. */
  readonly text: string;
  /** Where it starts in the template. */
  readonly at: number;
}

export type SplitTemplate =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  | { readonly ok: false; readonly unclosedAt: number };

/** Whether there is an expression in it, however deep. */
export function hasExpression(value: Json | undefined): boolean {
  if (typeof value === 'string') return value.includes(OPEN);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasExpression);
}

/** Text and expressions, in order. A `}}` inside a string or a map literal does not close an expression. */
export function splitTemplate(template: string): SplitTemplate {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < template.length) {
    const open = template.indexOf(OPEN, at);
    const textEnd = open === -1 ? template.length : open;
    if (textEnd > at) parts.push({ type: 'text', text: template.slice(at, textEnd), at });
    if (open === -1) break;
    const start = open + OPEN.length;
    const end = closingBraces(template, start);
    if (end === undefined) return { ok: false, unclosedAt: open };
    parts.push({ type: 'expression', text: template.slice(start, end), at: start });
    at = end + 2;
  }
  return { ok: true, parts };
}

/** The expression of a text that is nothing but one `${{ … }}`, blanks around it aside. */
export function soleExpression(parts: readonly TemplatePart[]): TemplatePart | undefined {
  const [only, ...others] = parts.filter((part) => part.type === 'expression' || part.text.trim() !== '');
  return others.length === 0 && only?.type === 'expression' ? only : undefined;
}

/** What stands between `${{` and `}}`, or the text itself when it is bare. */
export function bareExpression(expression: string): string {
  if (!expression.includes('${{')) return expression;
  const split = splitTemplate(expression);
  return (split.ok ? soleExpression(split.parts)?.text.trim() : undefined) ?? expression;
}

function closingBraces(template: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < template.length; at++) {
    const char = template[at];
    if (char === '"' || char === "'") at = endOfString(template, at) - 1;
    else if (char === '{') depth++;
    else if (char === '}') {
      if (depth === 0 && template[at + 1] === '}') return at;
      depth = Math.max(0, depth - 1);
    }
  }
  return undefined;
}

/** The place after a CEL string literal whose quote stands at `at`; the end of the text when it is not closed. */
export function endOfString(text: string, at: number): number {
  const quote = text[at] ?? '';
  const triple = text.startsWith(quote.repeat(3), at);
  const close = triple ? quote.repeat(3) : quote;
  for (let next = at + close.length; next < text.length; next++) {
    if (text[next] === '\\') next++;
    else if (text.startsWith(close, next)) return next + close.length;
  }
  return text.length;
}
