type Replacement = readonly [RegExp, string];

/** What may differ between two clusters that are the same to a client. */
const REPLACEMENTS: readonly Replacement[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, 'TIME'],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}/g, 'TIME'],
  [/\b\d{1,3}(\.\d{1,3}){3}(\/\d+)?\b/g, 'ADDRESS'],
  [/pod-template-hash=\w+/g, 'pod-template-hash=HASH'],
  [/\b((?:web|other|undone|bad)-)[0-9a-z]{6,10}-[0-9a-z]{5}\b/g, '$1HASH-RANDOM'],
  [/\b((?:web|other|undone|bad)-)[0-9a-z]{6,10}\b(?!-[0-9a-z]{5}\b)/g, '$1HASH'],
  [/\b((?:web|bare|other|undone|bad)[-\w]*?)\.[0-9a-f]{16}\b/g, '$1.EVENT'],
  [/https:\/\/[\w.]+:\d+/g, 'https://SERVER'],
  [/\b(node1|sandbox-worker)\b/g, 'NODE'],
  [/containerd:\/\/[0-9a-f]+/g, 'CONTAINER'],
  [/\bsha256:[0-9a-f]{64}/g, 'DIGEST'],
  [/\b(\d+d)?(\d+h)?(\d+m)?\d+(\.\d+)?(s|ms)\b|\b\d+[mhd](\d+[smh])?\b/g, 'AGE'],
  [/resourceVersion(=|":\s*"|:\s*")\d+/g, 'resourceVersion$1RV'],
];

export function normalText(text: string): string {
  let normal = text;
  for (const [pattern, replacement] of REPLACEMENTS) normal = normal.replace(pattern, replacement);
  return normal.replace(/ +$/gm, '').replace(/ {2,}/g, '  ');
}

const BY_FIELD: Readonly<Record<string, string>> = {
  resourceVersion: 'RV',
  'pod-template-hash': 'HASH',
  continue: 'TOKEN',
  nodeName: 'NODE',
  imageID: 'IMAGE-ID',
  containerID: 'CONTAINER',
};

/** The value with all that may differ replaced; `managed`: whether the owners of fields are compared. */
export function normalValue(value: unknown, managed: boolean, field = ''): unknown {
  const known = BY_FIELD[field];
  if (known !== undefined && typeof value === 'string' && value !== '') return known;
  if (typeof value === 'string') return normalText(value);
  if (Array.isArray(value)) return value.map((item) => normalValue(item, managed));
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries(value).filter(
    ([key]) => key !== 'description' && (managed || key !== 'managedFields'),
  );
  return Object.fromEntries(parts.map(([key, part]) => [normalText(key), normalValue(part, managed, key)]));
}

/** What differs, a line each: `path: real | sandbox`. */
export function differences(real: unknown, sandbox: unknown, path = ''): string[] {
  if (typeof real !== 'object' || typeof sandbox !== 'object' || real === null || sandbox === null) {
    if (Object.is(real, sandbox)) return [];
    return [`${path || '.'}: ${shown(real)} | ${shown(sandbox)}`];
  }
  const keys = new Set([...Object.keys(real), ...Object.keys(sandbox)]);
  return [...keys].flatMap((key) =>
    differences(
      (real as Record<string, unknown>)[key],
      (sandbox as Record<string, unknown>)[key],
      `${path}${Array.isArray(real) ? `[${key}]` : `.${key}`}`,
    ),
  );
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value);
}

export function lineDifferences(real: string, sandbox: string): string[] {
  const ours = sandbox.split('\n');
  const theirs = real.split('\n');
  return [
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `- ${line}`),
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `+ ${line}`),
  ];
}
