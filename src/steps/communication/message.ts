import { createHash } from 'node:crypto';
import { z } from 'zod';
import { neutralise } from '../../prose/neutralise.ts';
import type { DiffLine, PlanContext } from '../step-kind.ts';

/** Stands where something was cut, or nothing was left that can be read. */
const MORE = '…';

/** What a message is made of, whatever carries it. Values in it are plain text: no markup of theirs is obeyed. */
export const messageFields = {
  title: z.string().min(1).optional().describe('A headline, in a line.'),
  message: z.string().min(1).describe('What people are told: plain text, in as many lines as it takes.'),
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .default({})
    .describe('Figures and names below the text, each with its label; one that is empty is left out.'),
  links: z
    .record(z.string(), z.union([z.literal(''), z.url({ protocol: /^https?$/ })]))
    .default({})
    .describe('Addresses to open, each with its title; one that is empty is left out.'),
};

export interface Message {
  readonly title?: string | undefined;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly links: Readonly<Record<string, string>>;
}

/** A message as it will be read: neutralised, cut to what its medium takes, and signed with the session. */
export interface Letter {
  readonly title?: string;
  readonly text: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly links: readonly (readonly [title: string, url: string])[];
  /** 'rollbook, session 20261122-0412' */
  readonly signature: string;
}

export interface Limits {
  readonly title: number;
  readonly text: number;
  readonly fact: number;
  readonly facts: number;
  readonly links: number;
}

/** Everything that a value brought along is made harmless here; what does not fit is cut, visibly. */
export function letterOf(
  message: Message,
  limits: Limits,
  { session }: Pick<PlanContext, 'session'>,
): Letter {
  const line = (text: string, most: number) => cut(neutralise(text).trim(), most) || MORE;
  const { title } = message;
  const facts = Object.entries(message.facts).flatMap(([label, value]): [string, string][] =>
    value === null || value === '' ? [] : [[line(label, limits.fact), line(String(value), limits.fact)]],
  );
  const links = Object.entries(message.links).filter(([, url]) => url !== '');
  return {
    ...(title === undefined ? {} : { title: line(title, limits.title) }),
    text: cut(neutralise(message.message, { multiline: true }).trim(), limits.text) || MORE,
    facts: facts.slice(0, limits.facts),
    links: links.slice(0, limits.links).map(([name, url]) => [line(name, 75), new URL(url).href]),
    signature: session === undefined ? 'rollbook' : `rollbook, session ${session}`,
  };
}

/** Not within a character of two halves, and never silently. */
export function cut(text: string, most: number): string {
  return text.length <= most
    ? text
    : `${text
        .slice(0, most - MORE.length)
        .toWellFormed()
        .replace(/\ufffd$/, '')}${MORE}`;
}

/** As the operator sees it before it is sent. */
export function letterLines({ title, text, facts, links, signature }: Letter): readonly DiffLine[] {
  const lines = [
    ...(title === undefined ? [] : [title]),
    ...text.split('\n'),
    ...facts.map(([label, value]) => `${label}: ${value}`),
    ...links.map(([name, url]) => `${name}: ${url}`),
    signature,
  ];
  return lines.map((line) => ({ change: 'added', text: line }));
}

/** The same as text alone: what notifications and clients without blocks show. */
export function plainText({ title, text, facts }: Letter): string {
  const rest = facts.map(([label, value]) => `${label}: ${value}`);
  return [...(title === undefined ? [] : [title]), text, ...rest].join('\n');
}

/** Tells one message from every other, so that a probe finds it again: made when it is planned, journalled before it is sent. */
export function markerFor(parts: readonly unknown[], { ports, session }: PlanContext): string {
  const digest = createHash('sha256').update(JSON.stringify([session, ports.clock.now(), ...parts]));
  return digest.digest('hex').slice(0, 32);
}
