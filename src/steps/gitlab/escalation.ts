import type { Json } from '../../ports/json.ts';

/** How an escalation policy says to reach people, the fastest first. */
const CHANNELS: readonly (readonly [string, string])[] = [
  ['pagerduty', 'page'],
  ['slackUserGroup', 'Slack'],
  ['slack', 'Slack'],
  ['phone', 'phone'],
  ['email', 'mail'],
  ['jiraBoard', 'Jira'],
  ['jira', 'Jira'],
];

/** Who is reached, how and in which order: '1. page: kas-fleet-manager'; empty where the file is no escalation policy. */
export function escalationSteps(policy: Json): readonly string[] {
  const channels = fieldOf(policy, 'channels');
  if (channels === undefined) return [];
  const known = CHANNELS.flatMap(([field, way]) =>
    namesIn(fieldOf(channels, field)).map((name) => `${way}: ${name}`),
  );
  const next = namesIn(fieldOf(channels, 'nextEscalationPolicy') ?? fieldOf(policy, 'nextEscalationPolicy'));
  return [...known, ...next.map((name) => `then the escalation policy ${name}`)].map(
    (step, place) => `${place + 1}. ${step}`,
  );
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

/** A text, a reference to another file, or a list of them. */
function namesIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item: Json) => namesIn(item));
  const ref = fieldOf(value, '$ref');
  if (typeof ref === 'string')
    return [
      ref
        .split('/')
        .at(-1)
        ?.replace(/\.ya?ml$/, '') ?? ref,
    ];
  const name = fieldOf(value, 'name') ?? fieldOf(value, 'handle');
  return typeof name === 'string' ? [name] : [];
}
