import { describe, expect, it } from 'vitest';
import { problemsOf } from './problems.ts';

/** A file, and every problem with it: line:column, what is wrong, (what was expected) → a suggestion. */
const cases: readonly {
  readonly name: string;
  readonly file: string;
  readonly problems: readonly string[];
}[] = [
  {
    name: 'unknown kinds of step',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: scale, with: { name: x } }
  - { id: b, title: B, uses: nonsense }
`,
    problems: [
      '5:30 there is no kind of step "scale" → did you mean "write/scale"?',
      '6:30 there is no kind of step "nonsense" (anything, decision, look, runbook, script or write/scale)',
    ],
  },
  {
    name: 'a risk lowered',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: write/scale, with: { name: a, replicas: 1 }, risk: safe }
`,
    problems: ['5:81 the risk of "write/scale" is change; a file can only raise it (change or dangerous)'],
  },
  {
    name: 'ids twice, reserved, malformed',
    file: `apiVersion: rollbook/v1
id: test
title: Test
inputs: { __proto__: { type: string } }
steps:
  - { id: a, title: A, uses: look }
  - { id: a, title: A, uses: look }
  - { id: in, title: A, uses: look }
  - { id: Bad Id, title: A, uses: look }
  - { id: constructor, title: A, uses: look }
`,
    problems: [
      '4:11 the name "__proto__" is reserved (another name)',
      '7:11 the id "a" is used by an earlier step (an id of its own for each step)',
      '8:11 the name "in" is reserved (another name)',
      '9:11 "id" cannot be "Bad Id" (a name in lower case with hyphens: "switch-frontend")',
      '10:11 the name "constructor" is reserved (another name)',
    ],
  },
  {
    name: 'steps that come later',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look, if: steps.b.outputs.color == "x" }
  - { id: b, title: "B \${{ steps.b.state }} \${{ steps.c.state }}", uses: look }
`,
    problems: [
      '5:46 the step "b" comes later, it has not run yet at this point',
      '6:34 the step "b" names itself (result, in outputs and verify.expect)',
      '6:55 there is no step "c" (a or b)',
    ],
  },
  {
    name: 'unknown inputs, vars, steps and outputs',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: "\${{ inputs.naem }} \${{ vars.x }} \${{ steps.zz.state }}", uses: look }
  - { id: b, title: "\${{ steps.a.outputs.colour }} \${{ steps.a.output.color }} \${{ steps.a }} \${{ steps }} \${{ inputs }}", uses: look }
inputs: { name: { type: string } }
`,
    problems: [
      '5:33 there is no input "naem" (name) → did you mean "name"?',
      '5:50 there is no var "x"',
      '5:65 there is no step "zz" (a or b)',
      '6:42 the step "a" has no output "colour" (color or replicas) → did you mean "color"?',
      '6:64 a step has no "output" (outputs or state) → did you mean "outputs"?',
      '6:90 "steps.a" must be followed by outputs or state',
      '6:99 "steps" must be followed by a name (steps.<name>)',
      '6:112 "inputs" must be followed by a name (inputs.<name>)',
    ],
  },
  {
    name: 'unknown names of a result',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - id: a
    title: A \${{ result.color }}
    uses: look
    outputs: { shade: result.colr }
    verify: { expect: result.shade == result.shad }
`,
    problems: [
      '6:18 "result" is only known in outputs, verify.expect and choices-from.value',
      '8:30 the result has no "colr" (color or replicas) → did you mean "color"?',
      '9:46 the result has no "shad" (color, replicas or shade) → did you mean "shade"?',
    ],
  },
  {
    name: 'loops',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: "\${{ each }}", uses: look }
  - { id: b, title: "\${{ each }} \${{ index }}", uses: look, for-each: 3 }
  - { id: c, title: C, uses: look, for-each: ["\${{ inputs.a }}"] }
  - { id: d, title: "D \${{ steps.b.outputs.color }} \${{ steps.b.outputs.each }}", uses: look, for-each: "x\${{ 1 }}" }
`,
    problems: [
      '5:26 "each" is only known in a step with for-each',
      '6:71 "for-each" cannot be 3 (a list, or an expression that yields one)',
      '7:47 a list that is written out holds an expression (plain values, or one expression that yields the whole list: ["a", inputs.b])',
      '8:44 the step "b" has no output "color" (each)',
      '8:105 this is a text with expressions in it, where one expression belongs (one expression, bare or as a single ${{ … }})',
    ],
  },
  {
    name: 'expressions that cannot be read',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look, if: inputs.x and true }
  - { id: b, title: "B \${{ oops", uses: look, if: "1 + 1" }
  - { id: c, title: "C \${{ siz([1]) }}", uses: look, if: "" }
  - { id: d, title: "D \${{ namespace }} \${{ name }} \${{ foo }}", uses: look }
inputs: { x: { type: boolean }, name: { type: string } }
`,
    problems: [
      '5:49 the expression cannot be read: "and" was not expected here → write "&&"',
      '6:24 the expression is not closed ("}}" after it)',
      '6:52 a condition must be true or false, this one is of type int',
      '7:28 the expression cannot be read: there is no function siz(list<int>) → did you mean "size"?',
      '7:58 "if" is empty (an expression)',
      "8:28 the expression cannot be read: reserved identifier: namespace → a text stands in quotes: 'namespace'",
      '8:45 the expression cannot be read: nothing is called "name" → did you mean "inputs.name"?',
      '8:57 the expression cannot be read: nothing is called "foo" → a text stands in quotes: \'foo\'',
    ],
  },
  {
    name: 'a subtraction without blanks',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: "\${{ inputs.count-1 }}", uses: look }
inputs: { count: { type: number } }
`,
    problems: [
      '5:33 there is no input "count-1" (count) → if this is a subtraction, put spaces around the minus',
    ],
  },
  {
    name: 'a place inside a folded text',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - id: a
    title: A
    uses: look
    if: >-
      inputs.count == 1 ||
      inputs.count == inputs.cuont
inputs: { count: { type: number } }
`,
    problems: ['10:30 there is no input "cuont" (count) → did you mean "count"?'],
  },
  {
    name: 'vars that lead back, and steps before the first',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look }
vars:
  a: \${{ vars.b }}
  b: \${{ vars.a }}
  late: \${{ steps.a.outputs.color }}
kubernetes: { namespace: "\${{ vars.late }}", context: "\${{ steps.a.outputs.color }}" }
watch: { pods: "app=\${{ vars.late }}" }
`,
    problems: [
      '7:3 the var "a" leads back to itself: a → b → a',
      '10:36 the var "late" needs the step "a": no step has run yet',
      '10:66 where the session works cannot depend on a step: no step has run yet',
      '11:30 the var "late" needs the step "a": no step has run yet',
    ],
  },
  {
    name: 'a var before the step that it needs',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: "A \${{ vars.late }}", uses: look }
  - { id: b, title: B, uses: look }
vars: { late: "\${{ steps.b.state }}" }
`,
    problems: ['5:33 the var "late" needs the step "b": it has not run yet at this point'],
  },
  {
    name: 'undo and go-to',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look, on-failure: { undo: [b, c, a] } }
  - { id: b, title: B, uses: look, on-failure: { go-to: nowhere } }
  - { id: d, title: D, uses: decision, with: { options: [{ value: x, go-to: end }, { value: y, go-to: steps }, { value: z, go-to: stps }] } }
`,
    problems: [
      '5:57 the step "b" comes later, there is nothing to undo yet (this step or an earlier one)',
      '5:60 there is no step "c"',
      '6:57 there is no section "nowhere" (the id of a section: steps)',
      '7:103 the section "steps" does not come after this one; a session never goes back (a later section)',
      '7:131 there is no section "stps" (the id of a section: steps) → did you mean "steps"?',
    ],
  },
  {
    name: 'ids of sections',
    file: `apiVersion: rollbook/v1
id: a
title: A
sections:
  - { title: One, steps: [{ id: a, title: A, uses: look, on-failure: { go-to: two } }] }
  - { title: One, steps: [{ id: b, title: A, uses: look }] }
  - { id: end, title: Two, steps: [{ id: c, title: A, uses: look, on-failure: { go-to: one } }] }
`,
    problems: [
      '5:79 there is no section "two" (the id of a section: one or end)',
      '6:14 an earlier section has the id "one" (an "id" for one of them, since ids are made from titles)',
      '7:11 the name "end" is reserved (another name)',
      '7:88 the section "one" does not come after this one; a session never goes back (a later section)',
    ],
  },
  {
    name: 'calls of runbooks',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: runbook, with: { runbook: other.yaml }, retry: { attempts: 2 }, for-each: [1] }
  - { id: b, title: B, uses: runbook, with: { file: x } }
  - { id: c, title: B, uses: runbook, with: { runbook: "\${{ 1 }}" } }
`,
    problems: [
      '5:56 there is no runbook "other.yaml" (the id of a runbook, or its file relative to this one)',
      '5:70 "retry" has no meaning for a call of another runbook (it at the steps of that runbook)',
      '5:94 "for-each" has no meaning for a call of another runbook (it at the steps of that runbook)',
      '6:45 "runbook" is missing (a text)',
      '6:47 unknown key "file" (runbook or inputs)',
      '7:56 the called runbook is named by an expression (an id or a file, written out)',
    ],
  },
  {
    name: 'a text as a condition',
    file: `apiVersion: rollbook/v1
id: test
title: Test
steps:
  - { id: a, title: A, uses: look, if: "is \${{ true }} it" }
`,
    problems: [
      '5:40 this is a text with expressions in it, where one expression belongs (one expression, bare or as a single ${{ … }})',
    ],
  },
];

describe('problems with the meaning', () => {
  it.each(cases)('$name', ({ file, problems }) => {
    expect(problemsOf(file)).toEqual(problems);
  });
});
