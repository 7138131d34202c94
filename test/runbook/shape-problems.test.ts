import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems.ts';

/** A file, and every problem with it: line:column, what is wrong, (what was expected) → a suggestion. */
const cases: readonly {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly string[];
}[] = [
  {
    name: 'everything missing',
    file: `apiVersion: rollbook/v1
`,
    problems: [
      '1:1 "id" is missing (a text)',
      '1:1 "title" is missing (a text)',
      '1:1 the runbook has no steps ("sections", or "steps" for a short one)',
    ],
  },
  {
    name: 'what is watched',
    file: `apiVersion: rollbook/v1
id: test
title: Test
watch:
  metrics:
    - { title: errors, query: a, warn-above: 5, critical-above: 1 }
    - { title: errors, query: b, warn-above: "\${{ inputs.x }}", warn-below: 1, critical-below: 2 }
    - { title: more, query: c, warn-above: much, since: long }
  logs:
    - { title: errors, index: logs-*, query: d }
  links:
    - { title: L, url: "javascript:alert(1)" }
    - { title: M, url: "{grafana}/d/x" }
steps:
  - { id: a, title: A, uses: look, with: {} }
`,
    problems: [
      '6:46 "warn-above" cannot be 5 (at most 1, where it is critical)',
      '7:16 "title": another one is called "errors", too',
      '7:58 there is no input "x"',
      '7:77 "warn-below" cannot be 1 (at least 2, where it is critical)',
      '8:44 "warn-above" cannot be "much" (a number, or an expression)',
      '8:57 "since" cannot be "long" (a duration such as 10s, 2m, 1h30m or 500ms)',
      '12:24 "url" cannot be "javascript:alert(1)" (an address that begins with https://, {grafana} or {kibana})',
    ],
  },
  {
    name: 'unknown keys',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, titel: A, uses: look, verfy: { fro: 3s } }
`,
    problems: [
      '5:5 "title" is missing (a text)',
      '5:14 unknown key "titel" (id, title, description, if, uses, with, outputs, risk, for-each, retry, timeout, verify, …) → did you mean "title"?',
      '5:36 unknown key "verfy" (id, title, description, if, uses, with, outputs, risk, for-each, retry, timeout, verify, …) → did you mean "verify"?',
    ],
  },
  {
    name: 'wrong types',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - id: 1
    title: 1.20
    uses: look
    risk: high
    retry: { attempts: 0 }
    timeout: 5 minutes
    on-failure: retry
    expected:
    outputs: [a]
`,
    problems: [
      '5:9 "id" cannot be 1 (a text) → quote it: "1"',
      '6:12 "title" cannot be 1.2 (a text) → quote it: "1.20"',
      '8:11 "risk" cannot be "high" (safe, change or dangerous)',
      '9:24 "attempts" cannot be 0 (at least 1)',
      '10:14 "timeout" cannot be "5 minutes" (a duration such as 10s, 2m, 1h30m or 500ms)',
      '11:17 "on-failure" cannot be "retry" (ask, stop, continue, { undo: [step, …] } or { go-to: section })',
      '12:14 "expected" is empty (a text)',
      '13:14 "outputs" cannot be this list (a map)',
    ],
  },
  {
    name: 'yes and no of YAML 1.1',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
inputs: { a: { type: boolean, required: yes, default: no } }
`,
    problems: [
      '6:41 "required" cannot be "yes" (true or false) → write true: in YAML 1.2, yes is a text',
      '6:55 the default of "a" does not fit (true or false)',
    ],
  },
  {
    name: 'parameters that do not fit their kind',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - id: a
    title: A
    uses: write/scale
    with: { name: "A B", replicas: "3", minReady: 1, mode: fst }
`,
    problems: [
      '8:19 "name" cannot be "A B" (a text that matches /^[a-z-]+$/)',
      '8:36 "replicas" cannot be "3" (a number)',
      '8:41 unknown key "minReady" (name, replicas, min-ready or mode) → did you mean "min-ready"?',
      '8:60 "mode" cannot be "fst" (fast or slow) → did you mean "fast"?',
    ],
  },
  {
    name: 'parameters missing',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: write/scale }
`,
    problems: ['5:5 "name" is missing (a text)', '5:5 "replicas" is missing (a number)'],
  },
  {
    name: 'an expression where the kind refuses one',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: script, with: { text: "echo \${{ 1 }}" } }
`,
    problems: ['5:52 "text": a script may not hold expressions'],
  },
  {
    name: 'steps and sections',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
sections: [{ title: S, steps: [{ id: b, title: B, uses: look }] }]
`,
    problems: ['4:1 "steps" and "sections" are both given (one of them)'],
  },
  {
    name: 'neither steps nor sections',
    file: `apiVersion: rollbook/v1
id: a
title: A
`,
    problems: ['1:1 the runbook has no steps ("sections", or "steps" for a short one)'],
  },
  {
    name: 'no steps',
    file: `apiVersion: rollbook/v1
id: a
title: A
steps: []
`,
    problems: ['4:8 "steps" is empty (at least one step)'],
  },
  {
    name: 'inputs',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
inputs:
  a: { type: text }
  b: { type: choice }
  c: { type: choice, choices: [x, y], default: z }
  d: { type: string, pattern: "(", default: q }
  e: { type: string, pattern: "[a-z]+", default: Q1 }
  f: { type: duration, default: 10 min }
  g: { type: secret, default: hunter2 }
  h: { type: choice, choices-from: { uses: write/scale, value: result } }
  i: { type: choice, choices-from: { uses: lok, value: result.x } }
  j: { type: choice, choices-from: { uses: look, value: result.colr } }
  in: { type: string }
`,
    problems: [
      '7:14 "type" cannot be "text" (string, number, boolean, choice, list, secret or duration)',
      '8:3 the input "b" has nothing to choose from (choices, or choices-from)',
      '9:48 the default of "c" does not fit (x or y)',
      '10:31 the pattern "(" is no regular expression',
      '11:50 the default of "e" does not fit (a text that matches [a-z]+)',
      '12:33 the default of "f" does not fit (a duration such as 10s, 2m, 1h30m or 500ms)',
      '13:31 the secret "g" has a default (no secret in a file)',
      '14:44 "write/scale" does not only read (a kind that only reads)',
      '15:44 there is no kind of step "lok" → did you mean "look"?',
      '16:64 the result has no "colr" (color or replicas) → did you mean "color"?',
      '17:3 the name "in" is reserved (another name)',
    ],
  },
];

describe('problems with the shape', () => {
  it.each(cases)('$name', ({ file, problems }) => {
    expect(problemsOf(file)).toEqual(problems);
  });
});
