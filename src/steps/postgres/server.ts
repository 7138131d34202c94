import { z } from 'zod';
import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import type { Json, JsonObject } from '../../ports/json.ts';
import type {
  ExecOptions,
  ExecRequest,
  ExecResult,
  KubeObject,
  Kubernetes,
  KubernetesReads,
} from '../../ports/kubernetes.ts';
import { nameField, namespaceField } from '../fields.ts';
import { placeOf } from '../kubernetes/place.ts';
import { type PlanContext, type RunContext, StepFailure } from '../step-kind.ts';
import { conninfo } from './quoting.ts';
import { refusalOf } from './refusal.ts';

/** How long one question to the server may take, in milliseconds. */
const QUERY_MS = 120_000;
/** A look waits this long for somebody's lock, in milliseconds. */
const LOCK_MS = 4_000;

/** A name of a database or a role: nearly anything. */
export const sqlNameField = z
  .string()
  .min(1)
  .refine((name) => !name.includes('\0') && Buffer.byteLength(name) <= 63, 'expected at most 63 bytes');

/** The parameters that every kind has: where the server runs, and as whom it is asked. */
export const serverFields = {
  selector: z.string().min(1).default('app=postgres').describe('The label selector of the PostgreSQL pods.'),
  container: nameField
    .optional()
    .describe('The container; when absent, the only one, or the one called postgres.'),
  user: sqlNameField
    .default('postgres')
    .describe('The role that rollbook connects as inside the pod; renaming databases needs a superuser.'),
  'maintenance-database': sqlNameField
    .default('postgres')
    .describe('A database to connect to while others are created, renamed or dropped.'),
  namespace: namespaceField,
};

export interface ServerParams {
  readonly selector: string;
  readonly container?: string | undefined;
  readonly user: string;
  readonly 'maintenance-database': string;
  readonly namespace?: string | undefined;
}

/** Parameters as a plan keeps them. */
export function plainParams(params: ServerParams & Readonly<Record<string, unknown>>): JsonObject {
  const plain: JsonObject = JSON.parse(JSON.stringify(params));
  return plain;
}

export const serverData = z.object({
  namespace: z.string(),
  pod: z.string(),
  uid: z.string(),
  container: z.string(),
  user: z.string(),
  maintenance: z.string(),
});
export type ServerData = z.infer<typeof serverData>;

/** The primary server, in its pod, as it can be asked. */
export interface Server extends ServerData {
  readonly kube: KubernetesReads;
  readonly signal: AbortSignal;
}

/** A step that looks: while it is planned, run or observed. */
export type Reading = Pick<PlanContext, 'ports' | 'signal'> & { readonly namespace?: string | undefined };

/** The one ready pod that is the primary. Throws a StepFailure when there is none, or more than one. */
export async function findServer(params: ServerParams, context: Reading): Promise<Server> {
  const { kube, namespace, options } = await placeOf({ namespace: undefined, ...context }, params.namespace);
  const { selector } = params;
  const { items } = await kube.list(
    { group: '', resource: 'pods', namespace, labelSelector: selector },
    options,
  );
  const ready = items.filter((pod) => isPodReady(pod) && !isPodTerminating(pod));
  if (ready.length === 0)
    throw new StepFailure(
      items.length === 0
        ? `No pod in ${namespace} has the labels ${selector}.`
        : `No pod with the labels ${selector} is ready: ${items.map(({ metadata }) => metadata.name).join(', ')}.`,
      {
        next: 'PostgreSQL must run before its databases can be looked at. Look at its pods and their events.',
      },
    );
  const servers = ready.map((pod) => serverIn(pod, params, { kube, namespace, signal: context.signal }));
  const [only] = servers;
  if (servers.length === 1 && only !== undefined) return only;
  const asked = await Promise.all(
    servers.map(async (server) => ({ server, standby: await isStandby(server) })),
  );
  const primaries = asked.filter(({ standby }) => !standby).map(({ server }) => server);
  const [primary] = primaries;
  if (primary === undefined || primaries.length > 1)
    throw new StepFailure(
      `${primaries.length} of the ${servers.length} pods with the labels ${selector} are primary servers, expected one: ${servers.map(({ pod }) => pod).join(', ')}.`,
      { next: 'Give a selector that picks the pod of the primary.' },
    );
  return primary;
}

/** The server of a plan; a pod of another uid is another server, perhaps with other data. */
export async function samePod(data: ServerData, context: Reading): Promise<Server> {
  const { kube, options } = await placeOf({ namespace: undefined, ...context }, data.namespace);
  const pod = await kube.get(
    { group: '', resource: 'pods', name: data.pod, namespace: data.namespace },
    options,
  );
  if (pod.metadata.uid !== data.uid)
    throw new StepFailure(`pod/${data.pod} is not the one that was looked at: it was replaced.`, {
      stale: true,
    });
  return { ...serverData.parse(data), kube, signal: context.signal };
}

async function isStandby(server: Server): Promise<boolean> {
  const [row] = await query(server, server.maintenance, 'SELECT pg_is_in_recovery() AS standby');
  return z.object({ standby: z.boolean() }).parse(row).standby;
}

function serverIn(
  pod: KubeObject,
  params: ServerParams,
  at: { kube: KubernetesReads; namespace: string; signal: AbortSignal },
): Server {
  const containers = z
    .object({ containers: z.array(z.object({ name: z.string() })) })
    .parse(pod.spec).containers;
  const names = containers.map(({ name }) => name);
  const guessed = names.length === 1 ? names[0] : names.find((name) => name === 'postgres');
  const container = params.container ?? guessed;
  if (container === undefined || !names.includes(container))
    throw new StepFailure(
      `pod/${pod.metadata.name} has the containers ${names.join(', ')}${params.container === undefined ? ', and none of them is called postgres' : `, not ${params.container}`}.`,
      { next: 'Name the one that PostgreSQL runs in with container:.' },
    );
  const { name, uid = '' } = pod.metadata;
  return { ...at, pod: name, uid, container, user: params.user, maintenance: params['maintenance-database'] };
}

/** What a plan keeps of the server. */
export function dataOf({ namespace, pod, uid, container, user, maintenance }: Server): ServerData {
  return { namespace, pod, uid, container, user, maintenance };
}

const READ_ONLY = '-c default_transaction_read_only=on';

/** The rows of a SELECT of ours, run in a transaction that cannot write. */
export async function query(server: Server, database: string, sql: string): Promise<readonly Json[]> {
  const wrapped = `SELECT coalesce(json_agg(row_to_json(q)), '[]'::json) FROM (${sql}) q`;
  const options = `${READ_ONLY} -c statement_timeout=${QUERY_MS} -c lock_timeout=${LOCK_MS}`;
  const argv = psqlArgv(server, database, [wrapped], { options });
  const { stdout } = await look(server, argv, `ask PostgreSQL about ${database}`);
  return z.array(z.json()).parse(JSON.parse(stdout)) as readonly Json[];
}

/** psql without its start-up file, password prompt or decoration, stopping at the first error. */
export function psqlArgv(
  server: Pick<Server, 'user'>,
  database: string,
  commands: readonly string[],
  parameters: Readonly<Record<string, string>> = {},
): [string, ...string[]] {
  return [
    'psql',
    ...['-X', '-q', '-w', '-A', '-t', '-v', 'ON_ERROR_STOP=1'],
    ...['-d', connection(server, database, parameters)],
    ...commands.flatMap((command) => ['-c', command]),
  ];
}

export function connection(
  { user }: Pick<Server, 'user'>,
  dbname: string,
  parameters: Readonly<Record<string, string>> = {},
): string {
  return conninfo({
    ...{ dbname, user, application_name: 'rollbook', connect_timeout: '10', client_encoding: 'UTF8' },
    ...parameters,
  });
}

/** Runs a program that only reads; `purpose` is 'list /backup'. Throws a StepFailure when it fails, or says too much. */
export async function look(
  server: Server,
  argv: readonly [string, ...string[]],
  purpose: string,
  timeoutMs = QUERY_MS,
): Promise<ExecResult> {
  const result = await tryLook(server, argv, timeoutMs);
  if (result.exitCode !== 0) throw refusalOf(result, argv[0], purpose, server.pod);
  if (result.truncated)
    throw new StepFailure(`Could not ${purpose}: pod/${server.pod} answered with more than is kept.`);
  return result;
}

/** As `look`, but how it ended is for the caller to judge. */
export function tryLook(
  server: Server,
  argv: readonly [string, ...string[]],
  timeoutMs: number,
): Promise<ExecResult> {
  return server.kube.inspect(requestFor(server, argv), { signal: server.signal, timeoutMs });
}

/** Where writes go. */
export interface WritableServer extends Server {
  readonly writes: Kubernetes;
}

/** The server of a confirmed plan. Throws a stale StepFailure when its pod was replaced since. */
export async function writableServer(data: ServerData, context: RunContext): Promise<WritableServer> {
  const server = await samePod(data, context);
  return { ...server, writes: await context.ports.kubernetes() };
}

/** Runs a program that writes; a non-zero exit is a result. */
export function execute(
  server: WritableServer,
  argv: readonly [string, ...string[]],
  options: Omit<ExecOptions, 'signal'> = {},
): Promise<ExecResult> {
  return server.writes.exec(requestFor(server, argv), {
    timeoutMs: QUERY_MS,
    ...options,
    signal: server.signal,
  });
}

/** Runs statements, each its own transaction. Throws a StepFailure when one is refused. */
export async function statements(
  server: WritableServer,
  commands: readonly string[],
  purpose: string,
): Promise<void> {
  const argv = psqlArgv(server, server.maintenance, commands, { options: '-c lock_timeout=10000' });
  const result = await execute(server, argv);
  if (result.exitCode !== 0) throw refusalOf(result, 'psql', purpose, server.pod);
}

function requestFor(
  { namespace, pod, container }: ServerData,
  argv: readonly [string, ...string[]],
): ExecRequest {
  return { namespace, pod, container, argv };
}
