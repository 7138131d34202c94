import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/engine/event.ts';
import { buildRunbook, type StepGiven } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage } from './fixtures/stage.ts';

const get = (given: Partial<StepGiven> = {}): StepGiven => ({
  id: 'read',
  uses: 'test/get',
  with: { object: 'a' },
  ...given,
});
const add = (id: string, given: Partial<StepGiven> = {}): StepGiven => ({
  id,
  uses: 'test/add',
  with: { object: id, by: 1 },
  ...given,
});
const world = () => new ScriptedWorld({ a: '0', b: '0', c: '0' });
const after = { id: 'after', uses: 'test/get', with: { object: 'b' } };

describe('when a step fails', () => {
  test('ask: a person decides', async () => {
    const stage = new Stage({
      world: world().break('run', 'a', 'fails'),
      runbook: buildRunbook([get(), after]),
    });
    expect(await stage.question()).toMatchObject({
      for: 'failed',
      step: { failure: { message: 'a is not well.', phase: 'run' } },
    });
    await stage.ask({ type: 'skip-step', step: 'read', reason: 'known' });
    await stage.play(agreeable);
    expect(stage.state.end).toMatchObject({
      outcome: 'succeeded',
      summary: '1 of 2 steps done; skipped: read (known)',
    });
  });

  test('stop: the session ends, and says why', async () => {
    const runbook = buildRunbook([get({ onFailure: { action: 'stop' } }), after]);
    const stage = await new Stage({ world: world().break('run', 'a', 'fails'), runbook }).play(agreeable);
    expect(stage.state.end).toMatchObject({
      outcome: 'failed',
      summary: 'read: a is not well.',
      refused: false,
    });
    expect(stage.state.steps.after?.state).toBe('pending');
  });

  test('continue: the rest is done, and the session has failed all the same', async () => {
    const runbook = buildRunbook([get({ onFailure: { action: 'continue' } }), after]);
    const stage = await new Stage({ world: world().break('run', 'a', 'fails'), runbook }).play(agreeable);
    expect(stage.state.end).toMatchObject({ outcome: 'failed', summary: 'Failed: read' });
    expect(stage.state.steps.after?.state).toBe('succeeded');
  });

  test('go-to: goes there once, takes all of it, and does not come back', async () => {
    const runbook = buildRunbook([
      get({ onFailure: { action: 'go-to', section: 'rescue' } }),
      { ...after, id: 'between' },
      { ...after, id: 'first', section: 'rescue' },
      { ...after, id: 'second', section: 'rescue' },
    ]);
    const stage = await new Stage({ world: world().break('run', 'a', 'fails'), runbook }).play(agreeable);
    expect(stage.of('went-to')).toHaveLength(1);
    expect(stage.state.steps).toMatchObject({
      read: { state: 'failed' },
      between: { state: 'skipped', reason: 'not taken', why: 'passed' },
      first: { state: 'succeeded' },
      second: { state: 'succeeded' },
    });
    expect(stage.state.end?.summary).toBe('Failed: read');
  });

  test('go-to: a section that lies behind is passed over instead of going round for ever', async () => {
    const runbook = buildRunbook([
      { ...after, id: 'first', section: 'early' },
      get({ onFailure: { action: 'go-to', section: 'early' } }),
    ]);
    const stage = await new Stage({ world: world().break('run', 'a', 'fails'), runbook }).play(agreeable);
    expect(stage.state.end?.outcome).toBe('failed');
    expect(stage.of('went-to')).toHaveLength(1);
  });

  test('go-to: finds a section whose only loop was empty', async () => {
    const runbook = buildRunbook([
      get({ onFailure: { action: 'go-to', section: 'empty' } }),
      { ...after, id: 'loop', section: 'empty', forEach: '[]' },
      { ...after, id: 'last', section: 'end-of-it' },
    ]);
    const stage = await new Stage({ world: world().break('run', 'a', 'fails'), runbook }).play(agreeable);
    expect(stage.state.steps.last?.state).toBe('succeeded');
  });

  test('undo: what it names is put back, instances of loops included, newest first, and the session has failed', async () => {
    const runbook = buildRunbook([
      add('a', { forEach: '[1, 2]' }),
      add('b'),
      get({ id: 'bad', with: { object: 'c' }, onFailure: { action: 'undo', steps: ['b', 'a'] } }),
    ]);
    const stage = await new Stage({ world: world().break('run', 'c', 'fails'), runbook }).play(agreeable);
    expect(stage.of('undo-requested')[0]?.steps).toEqual(['b', 'a[1]', 'a[0]']);
    expect(stage.world.read('a').value + stage.world.read('b').value).toBe('00');
    expect(stage.state.end).toMatchObject({ outcome: 'failed', summary: 'bad: c is not well.' });
  });

  test('undo declined: the failure is asked about, and a new failure has a new undo', async () => {
    const runbook = buildRunbook([add('b'), get({ onFailure: { action: 'undo', steps: ['b'] } })]);
    const stage = new Stage({ world: world().break('run', 'a', 'fails', 'fails'), runbook });
    await stage.play((question, state) =>
      question.for === 'undo-confirmation' ? undefined : agreeable(question, state),
    );
    await stage.ask({ type: 'decline-undo', step: 'b' });
    expect(await stage.question()).toMatchObject({ for: 'failed', step: { id: 'read' } });
    await stage.ask({ type: 'retry-step', step: 'read' });
    expect(await stage.question()).toMatchObject({ for: 'undo-confirmation', step: { id: 'b' } });
  });
});

describe('retry', () => {
  test.each(['run', 'plan'] as const)(
    'tries a read again that failed to %s, waiting longer each time',
    async (phase) => {
      const runbook = buildRunbook([get({ retry: { attempts: 3, backoffMs: 1000 } })]);
      const broken = world().break(phase, 'a', 'times-out', 'times-out', 'times-out');
      const stage = new Stage({ world: broken, runbook });
      const began = stage.clock.now();
      expect(await stage.question()).toMatchObject({ for: 'failed', step: { attempts: 3 } });
      expect(stage.of('step-retried').map((event) => event.delayMs)).toEqual([1000, 2000]);
      expect(stage.clock.now() - began).toBe(3000);
    },
  );

  test('never repeats a write by itself, nor what was refused', async () => {
    const retry = { attempts: 3, backoffMs: 0 };
    const writing = new Stage({
      world: world().break('run', 'b', 'fails'),
      runbook: buildRunbook([add('b', { retry })]),
    });
    expect(await writing.play((q, s) => (q.for === 'failed' ? undefined : agreeable(q, s)))).toMatchObject({
      state: { steps: { b: { attempts: 1 } } },
    });
    const refused = new Stage({
      world: world().break('plan', 'a', 'forbidden'),
      runbook: buildRunbook([get({ retry })]),
    });
    expect(await refused.question()).toMatchObject({ for: 'failed', step: { failure: { refused: true } } });
  });

  test('can be cancelled while it waits, and left by aborting', async () => {
    const runbook = buildRunbook([get({ retry: { attempts: 3, backoffMs: 60_000 } })]);
    const waiting = async () => {
      const stage = new Stage({ world: world().break('run', 'a', 'fails'), runbook });
      await stage.idle();
      expect(stage.clock.sleeping).toBe(1);
      return stage;
    };
    const cancelled = await waiting();
    expect(await cancelled.ask({ type: 'cancel-step', step: 'read' })).toEqual({ ok: true });
    expect(await cancelled.question()).toMatchObject({
      for: 'failed',
      step: { failure: { reason: 'cancelled' } },
    });
    const aborted = await waiting();
    await aborted.ask({ type: 'abort-session', undo: false });
    expect(aborted.state.end?.outcome).toBe('aborted');
    const stopped = await waiting();
    await stopped.runner.stop('over');
    expect(stopped.types.at(-1)).toBe('session-paused');
  });
});

describe('a step that takes too long', () => {
  test('is stopped, and has failed', async () => {
    const runbook = buildRunbook([get({ timeoutMs: 5000 })]);
    const stage = new Stage({ world: world().break('run', 'a', 'hangs'), runbook });
    expect(await stage.question()).toMatchObject({
      for: 'failed',
      step: { failure: { message: 'It took longer than 5 s and was stopped' } },
    });
  });
});

describe('loops and conditions', () => {
  test('a loop over nothing is passed over', async () => {
    const stage = await new Stage({
      world: world(),
      runbook: buildRunbook([get({ forEach: '[]' }), after]),
    }).play(agreeable);
    expect(stage.state.order).toEqual(['after']);
    expect(stage.state.end?.outcome).toBe('succeeded');
  });

  test('a condition on the item is asked of each instance; others of the whole loop', async () => {
    const conditions = [
      { scope: '', expression: 'each != "a"' },
      { scope: '', expression: 'inputs.go' },
    ];
    const loop = get({ forEach: '["a", "b"]', with: { object: '${{ each }}' }, conditions });
    const stage = await new Stage({
      world: world(),
      runbook: buildRunbook([loop]),
      inputs: { go: true },
    }).play(agreeable);
    expect(stage.state.steps).toMatchObject({
      'read[0]': { state: 'skipped' },
      'read[1]': { state: 'succeeded' },
    });
  });

  test('the steps of a called runbook see its inputs and are seen through its outputs, loops included', async () => {
    const runbook = buildRunbook(
      [
        get({ id: 'call/look', scope: 'call', with: { object: '${{ inputs.what }}' }, forEach: '[1, 2]' }),
        get({ id: 'use', with: { object: '${{ steps.call.outputs.found }}' } }),
      ],
      {
        scopes: [
          {
            id: 'call',
            runbookId: 'other',
            parent: '',
            inputs: [{ name: 'what', type: 'string', required: true }],
            inputTemplates: { what: '${{ inputs.name }}' },
            vars: {},
            outputs: { found: '${{ steps.look.outputs.each[1].value }}' },
          },
        ],
      },
    );
    const here = new ScriptedWorld({ start: 'goal', goal: 'reached' });
    const stage = await new Stage({ world: here, runbook, inputs: { name: 'start' } }).play(agreeable);
    expect(stage.state.steps.use).toMatchObject({ state: 'succeeded', summary: 'reached' });
  });

  test.each<[string, Partial<StepGiven>, RegExp]>([
    [
      'unknown',
      { conditions: [{ scope: '', expression: 'steps.after.outputs.value == "1"' }] },
      /no "value"|failed/,
    ],
    ['no truth', { conditions: [{ scope: '', expression: '"yes"' }] }, /not true or false/],
    ['no list', { forEach: '7' }, /not over a list/],
    ['parameters that do not fit', { with: { object: '${{ 7 }}' } }, /parameters do not fit: object: /],
  ])('%s is a failure in words, not a defect', async (_, given, message) => {
    const stage = new Stage({ world: world(), runbook: buildRunbook([get(given), after]) });
    const question = await stage.question();
    expect(question?.for).toBe('failed');
    const failed = stage.of('step-failed')[0] as Extract<Event, { type: 'step-failed' }>;
    expect(failed.failure.message).toMatch(message);
    expect(failed.failure.message).not.toContain('defect');
  });

  test('a defect says so', async () => {
    const stage = new Stage({ world: world().break('run', 'a', 'defect'), runbook: buildRunbook([get()]) });
    await stage.question();
    expect(stage.of('step-failed')[0]?.failure.message).toBe(
      'A defect in rollbook stopped this step: a is undefined',
    );
  });
});

describe('what a file expects', () => {
  test('may still come: what is missing is waited for', async () => {
    const expecting = {
      id: 'w',
      uses: 'test/get',
      with: { object: 'a' },
      verify: { within: 5000, every: 1000, expect: 'result.list[1] == "x"' },
    };
    const here = world();
    const stage = new Stage({ world: here, runbook: buildRunbook([expecting]) });
    await stage.idle();
    expect(stage.state.steps.w).toMatchObject({ state: 'verifying', observed: { holds: false } });
    here.meddle('a', '0,x');
    await stage.play(agreeable);
    expect(stage.state.end?.outcome).toBe('succeeded');
  });
});
