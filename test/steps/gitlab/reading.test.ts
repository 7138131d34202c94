import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { changes } from '../../../src/steps/gitlab/changes.ts';
import { comment } from '../../../src/steps/gitlab/comment.ts';
import { readFile } from '../../../src/steps/gitlab/read-file.ts';
import { FakeCodeHistory } from '../../fakes/fake-code-history.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { appInterface, CODE, POLICY, PROJECT, planning, running, V3, V4 } from './app-interface.ts';

describe('changes between two versions', () => {
  const look = async (ports = appInterface().ports, code: string | readonly string[] = CODE) => {
    const plan = await changes.plan(changes.schema.parse({ code, from: V3, to: V4 }), planning(ports));
    return changes.observe?.(plan, planning(ports));
  };

  it('are all there', async () => {
    expect(await look()).toMatchObject({
      summary: '2 commits, 1 files',
      outputs: { complete: true, because: null, commitCount: 2, fileCount: 1, authors: ['Magda'] },
    });
  });

  it('say when they are not', async () => {
    const code = new FakeCodeHistory().on(V3, V4, { complete: false, incompleteBecause: '300 files.' });
    const seen = await look(fakePorts({ code }));
    expect(seen).toMatchObject({
      summary: expect.stringMatching(/NOT COMPLETE/),
      outputs: { complete: false },
    });
    expect(seen?.outputs.because).toMatch(/300 files/);
  });

  it('come from the first source that has all of them', async () => {
    const cut = new FakeCodeHistory('cut').on(V3, V4, { complete: false, incompleteBecause: '300 files.' });
    const whole = new FakeCodeHistory('whole').on(V3, V4, {});
    const ports = {
      ...fakePorts(),
      code: async ({ type }: { readonly type: string }) => (type === 'clone' ? whole : cut),
    };
    expect(await look(ports, [CODE, 'clone:/src/kas'])).toMatchObject({
      outputs: { source: 'whole', complete: true },
    });
  });

  it('are unknown, and the step goes on, when no source has them', async () => {
    const seen = await look(fakePorts({ code: new FakeCodeHistory() }));
    expect(seen).toMatchObject({ holds: true, outputs: { complete: false, source: null } });
  });

  it('are asked for again when the source is only busy', async () => {
    const busy = new PortFailure('Too many.', { reason: 'throttled' });
    await expect(look(fakePorts({ code: new FakeCodeHistory().on(V3, V4, busy) }))).rejects.toThrow(busy);
  });
});

describe('a file', () => {
  const read = async (path: string) => {
    const { ports } = appInterface();
    const plan = await readFile.plan(readFile.schema.parse({ project: PROJECT, path }), planning(ports));
    return readFile.observe?.(plan, planning(ports));
  };

  it('that is an escalation policy tells whom to reach, in order', async () => {
    expect((await read(POLICY))?.outputs.contacts).toEqual([
      '1. page: kas-fleet-manager',
      '2. Slack: kas-control-plane-ic',
      '3. mail: control-plane@example.com',
      '4. then the escalation policy managers',
    ]);
  });

  it('that is no YAML is text', async () => {
    expect((await read('README.md'))?.outputs).toMatchObject({ text: 'hello', value: null, contacts: [] });
  });

  it.each(['/etc/passwd', 'a/../../b'])('is not asked for outside the project: %s', (path) => {
    expect(readFile.schema.safeParse({ project: PROJECT, path }).success).toBe(false);
  });
});

describe('a comment', () => {
  it('is written once', async () => {
    const { ports, gitlab } = appInterface();
    const params = comment.schema.parse({ project: PROJECT, iid: 3, body: 'It is back.' });
    const plan = await comment.plan(params, planning(ports));
    expect(await comment.probe?.(plan, planning(ports))).toMatchObject({ landed: 'no' });
    await comment.run?.(plan, running(ports));
    expect(await comment.probe?.(plan, planning(ports))).toMatchObject({ landed: 'yes' });
    expect(await comment.observe?.(plan, planning(ports))).toMatchObject({ holds: true });
    expect(await comment.plan(params, planning(ports))).toMatchObject({ alreadyDone: true, effects: [] });
    expect(gitlab.writes).toHaveLength(1);
  });

  it.each(['/lgtm', 'fine\n  /approve'])('cannot hold a command to the bots: %j', (body) => {
    expect(comment.schema.safeParse({ project: PROJECT, iid: 3, body }).success).toBe(false);
  });
});
