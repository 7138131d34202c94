import type { Draft } from '../engine/event.ts';
import type { PreviewDocument } from '../engine/preview.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { Redactor, StreamRedactor } from './redact.ts';

/** Where a plan keeps what `run` and `undo` need to the letter; it is never drawn. */
const EXACT = { parent: 'plan', key: 'data' };

type Clean = (text: string) => string;

/**
 * The one door into the journal: secrets are replaced, control sequences taken out, in every string and key.
 * A plan's data keeps its control characters, since an undo must restore what was there.
 */
export function seal(draft: Draft, redactor: Redactor): Draft {
  return walk(draft, cleaner(redactor), redactor.redact, '') as Draft;
}

/** A preview is not journalled; what it shows goes through the same door. */
export function sealPreview(document: PreviewDocument, redactor: Redactor): PreviewDocument {
  return walk(document, cleaner(redactor), redactor.redact, '') as PreviewDocument;
}

/** Again at the end: a control sequence inside a secret hides it from the first look. */
function cleaner({ redact }: Redactor): Clean {
  return (text) => redact(neutralise(redact(text), { multiline: true }));
}

function walk(value: unknown, clean: Clean, exact: Clean, parent: string): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, clean, exact, parent));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const inside = parent === EXACT.parent && key === EXACT.key ? exact : clean;
      return [clean(key), walk(inner, inside, exact, key)];
    }),
  );
}

/** The same door for a step's output, which comes in pieces. */
export function sealOutput(redactor: Redactor): StreamRedactor {
  const stream = redactor.stream();
  return {
    push: (piece) => stream.push(neutralise(piece, { multiline: true })),
    end: stream.end,
  };
}
