import { describe, expect, test } from 'vitest';
import { newPlace, RUNBOOK, rollbook } from './rollbook.ts';
import { startSandbox } from './sandbox.ts';

describe.each(['sandbox', 'sandbox-viewer'])('a preview in the context %s', (context) => {
  test.each([
    ['as text', []],
    ['as JSON', ['--json']],
  ] as const)('changes nothing, %s', async (_, flags) => {
    const place = newPlace();
    const sandbox = await startSandbox(place);
    const { kubeconfig, prometheus } = sandbox.ready;
    const where = ['--kubeconfig', kubeconfig, '--context', context, '--prometheus', prometheus?.url ?? ''];
    const { code, out, err } = await rollbook(place, 'preview', RUNBOOK, ...where, ...flags);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(sandbox.audit().length).toBeGreaterThan(10);
    expect(sandbox.writes()).toEqual([]);
    const isViewer = context === 'sandbox-viewer';
    if (flags.length > 0)
      expect(JSON.parse(out)).toMatchObject({
        world: { mode: 'preview', context },
        totals: { writes: 4, dangerous: 2, missingPermissions: isViewer ? expect.any(Number) : 0 },
      });
    else {
      expect(out).toContain(`PREVIEW read-only  ${context}`);
      expect(out).toContain('4 steps write, 2 dangerous');
      expect(out).toMatch(isViewer ? /✖ you may not/ : /✔ you may/);
      expect(out.trimEnd().endsWith('Nothing was changed.')).toBe(true);
    }
  });
});
