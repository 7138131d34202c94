import { asRecord } from './slack-rules.ts';

/** A workflow posts no more than this. */
const MOST_BYTES = 28 * 1024;
const VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4', '1.5'];

/** What a workflow, or the Adaptive Cards schema, has against a message; undefined when it is fine. */
export function cardProblem(message: unknown, bytes: number): string | undefined {
  if (bytes > MOST_BYTES) return `the message has ${bytes} bytes, where ${MOST_BYTES} are the most`;
  const { type, attachments } = asRecord(message);
  if (type !== 'message') return 'type is not "message"';
  if (!Array.isArray(attachments) || attachments.length === 0) return 'attachments is empty';
  const { contentType, content } = asRecord(attachments[0]);
  if (contentType !== 'application/vnd.microsoft.card.adaptive') return 'the attachment is no Adaptive Card';
  const card = asRecord(content);
  if (card.type !== 'AdaptiveCard') return 'the type of the card is not AdaptiveCard';
  if (!VERSIONS.includes(String(card.version)))
    return `version ${String(card.version)} is not one that Teams shows`;
  if (!Array.isArray(card.body) || card.body.length === 0) return 'the card has no body';
  const actions = Array.isArray(card.actions) ? card.actions : [];
  return [...card.body.map(elementProblem), ...actions.map(actionProblem)].find(
    (problem) => problem !== undefined,
  );
}

const SIZES = [undefined, 'Default', 'Small', 'Medium', 'Large', 'ExtraLarge'];
const WEIGHTS = [undefined, 'Default', 'Lighter', 'Bolder'];

function elementProblem(element: unknown): string | undefined {
  const { type, text, size, weight, facts, wrap, isSubtle } = asRecord(element);
  switch (type) {
    case 'TextBlock':
      if (typeof text !== 'string') return 'a TextBlock has no text';
      if (!SIZES.includes(size as string | undefined)) return `a TextBlock has no size ${String(size)}`;
      if (!WEIGHTS.includes(weight as string | undefined))
        return `a TextBlock has no weight ${String(weight)}`;
      return [wrap, isSubtle].every((flag) => flag === undefined || typeof flag === 'boolean')
        ? undefined
        : 'wrap and isSubtle are true or false';
    case 'FactSet':
      if (!Array.isArray(facts)) return 'a FactSet has no facts';
      return facts.every(
        (fact) => typeof asRecord(fact).title === 'string' && typeof asRecord(fact).value === 'string',
      )
        ? undefined
        : 'a fact has a title and a value';
    default:
      return `the element ${JSON.stringify(type)} is not known here`;
  }
}

function actionProblem(action: unknown): string | undefined {
  const { type, url } = asRecord(action);
  if (type !== 'Action.OpenUrl') return `the action ${JSON.stringify(type)} is not known here`;
  return /^https?:\/\//.test(String(url)) ? undefined : 'an action opens no address';
}
