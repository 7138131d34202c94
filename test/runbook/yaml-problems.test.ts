import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems.ts';

/** A file, and every problem with it: line:column, what is wrong, (what was expected) → a suggestion. */
const cases: readonly {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly string[];
}[] = [
  {
    name: 'nothing but a comment',
    file: `# nothing
`,
    problems: ['1:1 the file is not a runbook (a map with apiVersion, id, title and sections)'],
  },
  {
    name: 'a list at the root',
    file: `- a
`,
    problems: ['1:1 the file is not a runbook (a map with apiVersion, id, title and sections)'],
  },
  {
    name: 'a text at the root',
    file: `hello`,
    problems: ['1:1 the file is not a runbook (a map with apiVersion, id, title and sections)'],
  },
  {
    name: 'a tab as indentation',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
	- id: a
`,
    problems: ['5:1 a tab is used for indentation (spaces)'],
  },
  {
    name: 'a bracket that is not closed',
    file: `a: [1, 2
b: 3
`,
    problems: [
      '2:1 the YAML cannot be read: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    name: 'a key twice',
    file: `id: a
id: b
apiVersion: rollbook/v1
title: Test
steps:
  - { id: a, title: A, uses: look }
`,
    problems: ['2:1 the key "id" is given twice'],
  },
  {
    name: 'two documents',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
---
a: 1
`,
    problems: ['6:1 the file holds more than one document (one runbook a file, without "---" between)'],
  },
  {
    name: 'merge keys',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
inputs:
  a: &a { type: string }
  b: { <<: *a }
`,
    problems: [
      '8:8 merge keys ("<<") are not part of YAML 1.2 (the keys written out, or an anchor for a whole value)',
    ],
  },
  {
    name: 'an anchor that is not there',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
vars: { a: *nope }
`,
    problems: ['6:12 the anchor "nope" is not defined before it is used'],
  },
  {
    name: 'an anchor inside itself',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
vars:
  a: &x [ *x ]
`,
    problems: ['7:11 the anchor "x" contains itself'],
  },
  {
    name: 'anchors that explode',
    file: `a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]`,
    problems: ['1:1 the anchors of the file unfold to more than a runbook can hold'],
  },
  {
    name: 'YAML 1.1',
    file: `%YAML 1.1
---
apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
`,
    problems: ['1:1 the file says that it is YAML 1.1 (YAML 1.2, without a %YAML line)'],
  },
  {
    name: 'a list as a key',
    file: `? [a, b]
: 1
`,
    problems: ['1:3 a key must be a text ("name: value")'],
  },
];

describe('problems with the YAML', () => {
  it.each(cases)('$name', ({ file, problems }) => {
    expect(problemsOf(file)).toEqual(problems);
  });
});
