import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/clock.ts';
import type { ExecRequest, ExecResult } from '../../../src/ports/kubernetes.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { Database } from '../../../src/sandbox/database/database.ts';
import { completeDatabase } from '../../../src/sandbox/database/database-spec.ts';
import type { PlanContext, RunContext, StepKind } from '../../../src/steps/step-kind.ts';
import { FakeKubernetes } from '../../fakes/fake-kubernetes.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { deployment, pod } from '../../fakes/kube-objects.ts';

type Spec = Parameters<typeof completeDatabase>[0];

/** A pod whose programs are those of this machine, with a real PostgreSQL: what psql and pg_dump do is what they do. */
export class RealServer {
  readonly kube = new FakeKubernetes(
    pod('postgres-0', { labels: { app: 'postgres' }, container: 'postgres' }),
    deployment('backend', { replicas: 0, ready: 0 }),
  );
  /** Answers in place of a program, when it returns something. */
  intercept: (request: ExecRequest) => Promise<Partial<ExecResult>> | undefined = () => undefined;
  readonly database: Database;

  private constructor(database: Database) {
    this.database = database;
    this.kube.program = (request) => this.intercept(request) ?? this.run(request);
  }

  static async start(spec: Spec = { accounts: 5, transactions: 20 }): Promise<RealServer> {
    const complete = completeDatabase(spec);
    if (complete === undefined) throw new Error('a database was asked for');
    const database = new Database({ spec: complete, seed: 1, now: Date.now() });
    await database.start();
    return new RealServer(database);
  }

  stop(): Promise<void> {
    return this.database.stop();
  }

  get backups(): string {
    return this.database.backups;
  }

  get ports(): Ports {
    return { ...fakePorts({ kubernetes: this.kube }), clock: systemClock };
  }

  get plans(): PlanContext {
    return { ports: this.ports, signal: new AbortController().signal, namespace: 'banking-app' };
  }

  get runs(): RunContext {
    const { signal } = new AbortController();
    const { ports } = this;
    return { ports, signal, emit: () => undefined, outputFile: undefined, attemptId: 'attempt-1' };
  }

  /** What the superuser sees on the server. */
  sql(statement: string, database = 'postgres') {
    return this.database.within({ application: 'test', user: 'postgres', database }, (run) => run(statement));
  }

  /** Plans, runs and observes, as the engine does. */
  async perform(kind: StepKind, given: object) {
    const plan = await kind.plan(kind.schema.parse(given), this.plans);
    const ran = await kind.run?.(plan, this.runs);
    const seen = await kind.observe?.(plan, this.plans);
    return { plan, ran, seen, outputs: { ...ran?.outputs, ...seen?.outputs } };
  }

  run({ argv: [program, ...args] }: ExecRequest): Promise<Partial<ExecResult>> {
    const { programs, user, folder, server } = this.database;
    const path = /^(?:psql|pg_)/.test(program) ? join(programs.folder, program) : program;
    const env = { PATH: '/usr/bin:/bin', PGHOST: folder.sockets, PGPORT: String(server.port), LC_ALL: 'C' };
    return new Promise((resolve) => {
      execFile(path, args, { ...user, cwd: '/', env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
        const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 137;
        resolve({ exitCode, stdout, stderr });
      });
    });
  }
}
