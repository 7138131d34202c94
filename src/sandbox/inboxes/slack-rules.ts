/** What Slack refuses of a message's blocks, as its reference says; a sentence for the log, undefined when they are fine. */
export function blocksProblem(blocks: unknown): string | undefined {
  if (blocks === undefined) return undefined;
  if (!Array.isArray(blocks)) return 'blocks is not a list';
  if (blocks.length > 50) return `${blocks.length} blocks, where 50 are the most`;
  for (const [at, block] of blocks.entries()) {
    const problem = blockProblem(block);
    if (problem !== undefined) return `block ${at}: ${problem}`;
  }
  return undefined;
}

function blockProblem(block: unknown): string | undefined {
  const { type, text, fields, elements } = asRecord(block);
  switch (type) {
    case 'header':
      return asRecord(text).type === 'plain_text' ? textProblem(text, 150) : 'a header is plain text';
    case 'section': {
      if (text === undefined && fields === undefined) return 'a section needs text or fields';
      if (fields === undefined) return textProblem(text, 3000);
      if (!Array.isArray(fields) || fields.length === 0 || fields.length > 10)
        return 'a section has 1 to 10 fields';
      return [
        ...(text === undefined ? [] : [textProblem(text, 3000)]),
        ...fields.map((field) => textProblem(field, 2000)),
      ].find((problem) => problem !== undefined);
    }
    case 'context':
      if (!Array.isArray(elements) || elements.length === 0 || elements.length > 10)
        return 'a context has 1 to 10 elements';
      return elements.map((element) => textProblem(element, 2000)).find((problem) => problem !== undefined);
    case 'divider':
      return undefined;
    default:
      return `the type ${JSON.stringify(type)} is not known here`;
  }
}

function textProblem(given: unknown, most: number): string | undefined {
  const { type, text, emoji, verbatim, ...rest } = asRecord(given);
  if (type !== 'plain_text' && type !== 'mrkdwn') return 'a text is plain_text or mrkdwn';
  if (typeof text !== 'string' || text.length === 0) return 'a text is empty';
  if (text.length > most) return `a text of ${text.length} characters, where ${most} are the most`;
  if (type === 'mrkdwn' && emoji !== undefined) return 'emoji belongs to plain_text';
  if (type === 'plain_text' && verbatim !== undefined) return 'verbatim belongs to mrkdwn';
  const [unknown] = Object.keys(rest);
  return unknown === undefined ? undefined : `a text has no ${unknown}`;
}

/** Anything else has no fields. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
