import { onTestFinished } from 'vitest';
import type { KubeObject, Kubernetes } from '../../src/ports/kubernetes.ts';
import { stepKinds } from '../../src/steps/index.ts';
import type { Observation, Outcome, Plan, StepKind } from '../../src/steps/step-kind.ts';
import { connect } from '../adapters/api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeGit } from '../fakes/fake-git.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { NAMESPACE, startTestCluster } from '../sandbox/kubernetes/test-cluster.ts';
import { planContext, runContext } from './banking.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** A real API server with field ownership, reached by the real adapter, and a repository whose commits a test makes. */
export async function applying() {
  const cluster = await startTestCluster();
  onTestFinished(() => cluster.stop());
  const kube = connect({
    server: cluster.url,
    cluster: { 'insecure-skip-tls-verify': true },
    user: { token: 'sandbox-admin' },
    context: { namespace: NAMESPACE },
  });
  const git = new FakeGit();
  let current: Kubernetes = kube;
  const clock = new FakeClock();
  const ports = () => fakePorts({ kubernetes: current, git, clock });
  return {
    cluster,
    git,
    kube,
    /** What the steps talk to from now on. */
    through(other: Kubernetes) {
      current = other;
    },
    /** `kubectl apply` of older days: created or replaced by its manager, with its note. */
    async applied(object: KubeObject) {
      const { kind = '', metadata } = object;
      const folder = PATHS[kind] ?? '';
      const noted = {
        ...object,
        metadata: {
          ...metadata,
          namespace: NAMESPACE,
          annotations: { ...metadata.annotations, [LAST_APPLIED]: `${JSON.stringify(object)}\n` },
        },
      };
      const options = { body: noted, userAgent: 'kubectl/v1.33.1' };
      const created = await cluster.ask('POST', `${folder}?fieldManager=kubectl-client-side-apply`, options);
      if (created.code === 201) return;
      const live = await cluster.ask('GET', `${folder}/${metadata.name}`);
      const body = {
        ...noted,
        metadata: { ...noted.metadata, resourceVersion: live.body.metadata.resourceVersion },
      };
      const replaced = await cluster.ask(
        'PUT',
        `${folder}/${metadata.name}?fieldManager=kubectl-client-side-apply`,
        { ...options, body },
      );
      if (replaced.code !== 200) throw new Error(replaced.text);
    },
    async patched(kind: string, name: string, manager: string, patch: unknown) {
      cluster.time.now += 5000;
      const answer = await cluster.ask('PATCH', `${PATHS[kind]}/${name}?fieldManager=${manager}`, {
        contentType: 'application/merge-patch+json',
        body: patch,
      });
      if (answer.code !== 200) throw new Error(answer.text);
    },
    async live(kind: string, name: string) {
      return (await cluster.ask('GET', `${PATHS[kind]}/${name}`)).body;
    },
    plan: (kind: string, params: unknown) => {
      const found = kindOf(kind);
      return found.plan(found.schema.parse(params), planContext(ports()));
    },
    run: async (kind: string, plan: Plan): Promise<Outcome> => {
      const found = kindOf(kind);
      const outcome = await found.run?.(through(plan), runContext(ports()));
      if (outcome === undefined) throw new Error(`${kind} does not run`);
      return outcome;
    },
    observe: async (kind: string, plan: Plan): Promise<Observation> => {
      const seen = await kindOf(kind).observe?.(through(plan), planContext(ports()));
      if (seen === undefined) throw new Error(`${kind} does not observe`);
      return seen;
    },
    probe: (kind: string, plan: Plan) => kindOf(kind).probe?.(through(plan), planContext(ports())),
    undo: async (kind: string, plan: Plan): Promise<Plan> => {
      const back = await kindOf(kind).undo?.(through(plan), planContext(ports()));
      if (back === undefined) throw new Error(`${kind} has no undo`);
      return back;
    },
  };
}

const PATHS: Readonly<Record<string, string>> = {
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`,
  Service: `/api/v1/namespaces/${NAMESPACE}/services`,
  ConfigMap: `/api/v1/namespaces/${NAMESPACE}/configmaps`,
  Secret: `/api/v1/namespaces/${NAMESPACE}/secrets`,
};

function kindOf(name: string): StepKind {
  const found = stepKinds.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`there is no kind ${name}`);
  return found;
}

/** What the journal gives back. */
function through(plan: Plan): Plan {
  const read: Plan = JSON.parse(JSON.stringify(plan));
  return read;
}
