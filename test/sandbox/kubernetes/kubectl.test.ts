import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningSandbox, runSandbox } from '../sandbox-process.ts';

/** The oldest and the newest kubectl that the sandbox is for; beside kubectl where Google's package is. */
const VERSIONS = ['kubectl.1.30', 'kubectl.1.33'];

function findPrograms(): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, 'kubectl')).find((file) => existsSync(file));
  if (found === undefined) return [];
  const home = dirname(realpathSync(found));
  const versions = VERSIONS.filter((name) => readdirSync(home).includes(name)).map((name) =>
    join(home, name),
  );
  return versions.length > 0 ? versions : [found];
}

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME, labels: {app: NAME}}
spec:
  replicas: 1
  selector: {matchLabels: {app: NAME}}
  template:
    metadata: {labels: {app: NAME}}
    spec:
      containers:
      - name: app
        image: registry.example/app:1.0.0
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
`;

test('each kubectl to try is there', () => {
  expect(findPrograms().filter((program) => !existsSync(program))).toEqual([]);
});

describe.each(findPrograms())('%s', (program) => {
  let sandbox: RunningSandbox;

  beforeAll(async () => {
    sandbox = await runSandbox({ preset: 'banking-app', timeScale: 20, prometheus: false });
  });

  afterAll(() => sandbox.stop());

  /** Runs kubectl as the operator, or another user's context; `code` 0 or what it exited with. */
  const run = (line: string, context = 'sandbox'): Promise<{ code: number; out: string; problems: string }> =>
    new Promise((resolve) => {
      const args = ['--context', context, ...line.split(' ')];
      const env = {
        PATH: process.env.PATH,
        KUBECONFIG: sandbox.ready.kubeconfig,
        KUBECACHEDIR: join(sandbox.folder, 'cache'),
        HOME: sandbox.folder,
      };
      execFile(program, args, { env, timeout: 15_000 }, (error, out, problems) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ code, out, problems });
      });
    });
  const asAdmin = (line: string) => run(line, 'sandbox-admin');

  const manifest = (name: string, change: (text: string) => string = (text) => text): string => {
    const file = join(sandbox.folder, `${name}.yaml`);
    writeFileSync(file, change(MANIFEST).replaceAll('NAME', name));
    return file;
  };

  test('get prints the columns, wide, by name and by path', async () => {
    expect((await run('get deployments')).out).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\n/);
    expect((await run('get pods -o wide')).out).toMatch(/NODE +NOMINATED NODE +READINESS GATES/);
    expect((await run('get deploy -o name')).out).toContain('deployment.apps/frontend-blue');
    const image = await run('get deploy frontend-blue -o jsonpath={.spec.template.spec.containers[0].image}');
    expect(image.out).toContain('frontend:');
    expect((await run('get pod nosuch')).problems).toBe(
      'Error from server (NotFound): pods "nosuch" not found\n',
    );
    expect((await run('api-resources')).out).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
  });

  test('describe reads its protobuf or JSON', async () => {
    const described = await run('describe deployment frontend-blue');
    expect(described.out).toMatch(/StrategyType: +RollingUpdate/);
    expect(described.code).toBe(0);
    expect((await run('describe service frontend-service')).out).toMatch(/Selector: +app=/);
  });

  test('auth can-i knows the roles', async () => {
    expect((await run('auth can-i patch services')).out).toBe('yes\n');
    expect(await run('auth can-i delete pods')).toMatchObject({ code: 1, out: 'no\n' });
    expect((await run('auth can-i --list', 'sandbox-viewer')).out).toContain('deployments.apps');
    expect((await run('auth whoami')).out).toMatch(/Username +operator/);
  });

  test('a viewer may not patch', async () => {
    const { problems } = await run('patch service frontend-service -p {}', 'sandbox-viewer');
    expect(problems).toBe(
      'Error from server (Forbidden): services "frontend-service" is forbidden: User "viewer" cannot patch resource "services" in API group "" in the namespace "banking-app"\n',
    );
  });

  test('patch in three types, and one that does not apply', async () => {
    const selector = (value: unknown) => JSON.stringify({ spec: { selector: value } });
    const shown = async () =>
      JSON.parse((await run('get service frontend-service -o json')).out).spec.selector;
    const before = await shown();
    await run(`patch service frontend-service -p ${selector({ extra: 'a' })}`);
    expect(await shown()).toEqual({ ...before, extra: 'a' });
    await run(`patch service frontend-service --type=merge -p ${selector({ extra: null })}`);
    expect(await shown()).toEqual(before);
    const replace = (value: unknown) => JSON.stringify([{ op: 'replace', path: '/spec/selector', value }]);
    await run(`patch service frontend-service --type=json -p ${replace({ app: 'frontend-blue' })}`);
    expect(await shown()).toEqual({ app: 'frontend-blue' });
    const failing = JSON.stringify([{ op: 'test', path: '/spec/selector/app', value: 'x' }]);
    const { problems } = await run(`patch service frontend-service --type=json -p ${failing}`);
    expect(problems).toContain('the server rejected our request due to an error in our request');
  });

  test('apply, diff and apply again', async () => {
    const file = manifest('applied');
    expect((await asAdmin(`apply -f ${file}`)).out).toBe('deployment.apps/applied created\n');
    expect((await asAdmin(`apply -f ${file}`)).out).toBe('deployment.apps/applied unchanged\n');
    expect((await asAdmin(`diff -f ${file}`)).code).toBe(0);
    manifest('applied', (text) => text.replace('1.0.0', '2.0.0').replace(', {name: B, value: "2"}', ''));
    const diff = await asAdmin(`diff -f ${file}`);
    expect(diff.code).toBe(1);
    expect(diff.out).toMatch(/^\+ +image: registry.example\/app:2.0.0$/m);
    expect((await asAdmin(`apply -f ${file}`)).out).toBe('deployment.apps/applied configured\n');
    const env = await asAdmin('get deploy applied -o jsonpath={.spec.template.spec.containers[0].env}');
    expect(env.out).toBe('[{"name":"A","value":"1"}]');
    manifest('applied', (text) => text.replace('replicas', 'replicaz'));
    expect((await asAdmin(`apply -f ${file}`)).problems).toContain('unknown field "spec.replicaz"');
  });

  test('apply on the server minds who owns what', async () => {
    const file = manifest('owned');
    expect((await asAdmin(`apply --server-side -f ${file}`)).out).toBe(
      'deployment.apps/owned serverside-applied\n',
    );
    await asAdmin('scale deployment owned --replicas=2');
    const refused = await asAdmin(`apply --server-side -f ${file}`);
    expect(refused.problems).toContain('with subresource "scale" using apps/v1: .spec.replicas');
    const forced = await asAdmin(`apply --server-side --force-conflicts -f ${file}`);
    expect(forced.code).toBe(0);
  });

  test('create makes what its typed clients write, in protobuf since 1.32', async () => {
    const made = async (line: string, path: string) => {
      await asAdmin(`create ${line}`);
      return (await asAdmin(`get ${line.split(' ').slice(0, 2).join('/')} -o jsonpath={${path}}`)).out;
    };
    expect(await made('configmap made --from-literal=a=b', '.data')).toBe('{"a":"b"}');
    expect(await made('role made --verb=get --resource=pods', '.rules')).toBe(
      '[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]',
    );
    const image = '.spec.template.spec.containers[0].image';
    expect(await made('deployment made --image=app:1 --replicas=0', `.spec.replicas}{${image}`)).toBe(
      '0app:1',
    );
    await asAdmin('create service clusterip made --tcp=80:8080');
    expect((await asAdmin('get service made -o jsonpath={.spec.ports[0].targetPort}')).out).toBe('8080');
  });

  test('scale, wait, restart, status, history and undo', async () => {
    expect((await run('scale deployment backend-blue --replicas=2')).out).toBe(
      'deployment.apps/backend-blue scaled\n',
    );
    expect(
      (await run('wait deployment/backend-blue --for=jsonpath={.status.replicas}=2 --timeout=10s')).code,
    ).toBe(0);
    expect((await run('rollout restart deployment/backend-blue')).out).toContain('restarted');
    const done = 'deployment "backend-blue" successfully rolled out\n';
    expect((await run('rollout status deployment/backend-blue --timeout=10s')).out).toContain(done);
    expect((await run('rollout history deployment/backend-blue')).out).toContain('REVISION');
    expect((await run('rollout undo deployment/backend-blue')).out).toContain('rolled back');
    expect((await run('rollout status deployment/backend-blue --timeout=10s')).out).toContain(done);
    expect((await run('wait deployment/backend-blue --for=condition=Available --timeout=5s')).code).toBe(0);
  });

  test('logs, events and a watch that ends', async () => {
    const pod = (await run('get pods -l app=frontend-blue -o name')).out.split('\n')[0];
    expect((await run(`logs ${pod} --tail=1`)).out.split('\n')).toHaveLength(2);
    expect((await run('get events')).out).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n/);
    expect((await run('events')).code).toBe(0);
    expect((await run('get pods -w --request-timeout=1s')).out).toContain('frontend-blue');
  });

  test('a deleted pod goes and is replaced', async () => {
    const pod = (await asAdmin('get pods -l app=frontend-blue -o name')).out.split('\n')[0];
    expect((await asAdmin(`delete ${pod} --timeout=10s`)).out).toMatch(/^pod "frontend-blue-[^"]+" deleted/);
    expect((await asAdmin(`get ${pod}`)).problems).toContain('not found');
    expect((await run('rollout status deployment/frontend-blue --timeout=10s')).code).toBe(0);
  });
});
