import { describe, expect, it } from 'vitest';
import { NO_SETTINGS } from '../../src/cli/settings.ts';
import { worldOf } from '../../src/cli/settle.ts';
import { parse } from '../../src/runbook/parse.ts';
import { stepKinds } from '../../src/steps/index.ts';

const context = { name: 'prod-eu', cluster: 'eu', server: 'https://eu', user: 'jana', namespace: 'default' };

function world(namespace: string | undefined, flag?: string) {
  const file = `
apiVersion: rollbook/v1
id: look
title: Look
inputs: { team: { type: string, default: shop }, hidden: { type: secret } }
vars: { place: "\${{ inputs.team }}-eu" }
${namespace === undefined ? '' : `kubernetes: { namespace: "${namespace}" }`}
steps:
  - { id: look, title: Look, uses: kubernetes/get, with: { resource: pods, name: web } }
`;
  const parsed = parse(file, '/look.yaml', { kinds: stepKinds });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const asked = { mode: 'incident' as const, settings: NO_SETTINGS, runbook: parsed.runbook };
  const connection = flag === undefined ? {} : { namespace: flag };
  return worldOf(asked, { team: 'bank' }, { connection, context });
}

describe('the namespace that a session is shown with', () => {
  it.each([
    ['the flag above all', 'banking', 'mine', 'mine'],
    ['the one that the runbook names', 'banking', undefined, 'banking'],
    ['with inputs and variables filled in', '${{ vars.place }}', undefined, 'bank-eu'],
    ['else the one of the context', undefined, undefined, 'default'],
    ['none, where it is a secret', '${{ inputs.hidden }}', undefined, undefined],
  ])('is %s', (_name, named, flag, shown) => {
    expect(world(named, flag).namespace).toBe(shown);
  });
});
