import { type Argument, Command, CommanderError } from 'commander';
import { CommandFailure, EXIT } from './exit-code.ts';
import { explain } from './explain.ts';
import { type FirstFrame, type Io, standardIo } from './io.ts';
import { VERSION } from './version.ts';

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

function withConnection(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig file instead of those that kubectl would find')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', 'namespace, where the runbook names none')
    .option('--prometheus <url>', 'Prometheus server (else PROMETHEUS_URL, else rollbook.yaml)');
}

function withAnswers(command: Command): Command {
  return command
    .option('-i, --input <name=value>', 'an input of the runbook; may be repeated', collect, [])
    .option('--yes', 'answer ordinary confirmations; never a dangerous one')
    .option('--confirm <step>', 'confirm this dangerous step; may be repeated', collect, [])
    .option('--answer <step=value>', 'answer a task, prompt or decision; may be repeated', collect, [])
    .option('--plain', 'plain lines instead of the screen')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', ANSWERS_HELP);
}

const AFTER_HELP = `
Begin with:
  rollbook drill banking-app/application-rollback     practise; nothing to install, nothing to break
  rollbook preview banking-app/application-rollback   what would be done to your cluster; changes nothing
  rollbook run banking-app/application-rollback       the real thing

Exit codes: 0 succeeded, 1 failed or aborted, 2 wrong usage or runbook, 3 refused before the first write,
4 paused (rollbook resume goes on), 130 interrupted.`;

const ANSWERS_HELP = `
Without a terminal, or with any answering flag, the session is told as plain lines. A question that no flag
answers pauses it with exit code 4.`;

const termOf = (argument: Argument): string => {
  const term = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${term}>` : `[${term}]`;
};

async function unknownCommand(typed: string, root: Command): Promise<CommandFailure> {
  const { hint } = await import('./hint.ts');
  const names = root.commands.map((command) => command.name());
  return new CommandFailure(
    `There is no command ${typed}.${hint(typed, names)}`,
    EXIT.usage,
    'rollbook --help lists them all.',
  );
}

function program(io: Io): Command {
  const root = new Command('rollbook')
    .description(
      'Walks the person on call through a rollback, step by step. Alone, it opens the home screen.',
    )
    .usage('[command]')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .configureHelp({
      // What may be repeated begins empty: nothing that a reader needs.
      optionDescription: (option) => option.description,
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(termOf)].join(' '),
    })
    .configureOutput({
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, 'rollbook: ')),
    })
    .addHelpText('after', AFTER_HELP)
    .showHelpAfterError('--help says how it is used.')
    .allowExcessArguments()
    .exitOverride();
  root.action(async () => {
    const [typed] = root.args;
    if (typed !== undefined) throw await unknownCommand(typed, root);
    await exitWith((await import('./home.ts')).home(io));
  });

  withAnswers(
    withConnection(
      root.command('run <runbook>').description('run a runbook on the real world, each write confirmed'),
    ),
  ).action(async (runbook: string, flags) => exitWith((await import('./run.ts')).run(runbook, flags, io)));
  withAnswers(root.command('drill <runbook>').description('rehearse a runbook in the embedded sandbox'))
    .option('-s, --scenario <id>', "which of the runbook's drills; the straight one when absent")
    .option('--auto', 'let a competent operator answer everything')
    .action(async (runbook: string, flags) =>
      exitWith((await import('./drill.ts')).drill(runbook, flags, io)),
    );
  withConnection(
    root.command('preview <runbook>').description('show what each step would do; changes nothing'),
  )
    .option('-i, --input <name=value>', 'an input of the runbook; may be repeated', collect, [])
    .option('--sandbox', 'look at the embedded sandbox instead of the real world')
    .option('-s, --scenario <id>', "with --sandbox: the world of one of the runbook's drills")
    .option('--plain', 'plain lines instead of the screen')
    .option('--json', 'one JSON object')
    .action(async (runbook: string, flags) =>
      exitWith((await import('./preview.ts')).preview(runbook, flags, io)),
    );
  withAnswers(root.command('resume [session]').description('go on with a session that was paused or cut off'))
    .option('--auto', 'let a competent operator answer everything; drills only')
    .action(async (session: string | undefined, flags) =>
      exitWith((await import('./resume.ts')).resume(session, flags, io)),
    );
  root
    .command('attach [session]')
    .description('look at, and answer for, a session that runs on this machine')
    .action(async (session: string | undefined) =>
      exitWith((await import('./attach.ts')).attach(session, io)),
    );
  root
    .command('sessions')
    .description('list sessions, newest first')
    .option('--json', 'as JSON')
    .action(async (flags) => exitWith((await import('./sessions.ts')).sessions(flags, io)));
  root
    .command('show <session>')
    .description('tell what happened in a session')
    .option('--json', 'its events, one JSON object a line')
    .action(async (session: string, flags) => exitWith((await import('./show.ts')).show(session, flags, io)));
  root
    .command('verify <session>')
    .description("check that a session's journal is whole and unchanged")
    .action(async (session: string) => exitWith((await import('./verify.ts')).verify(session, io)));
  root
    .command('status')
    .description('the pods and rollouts of a namespace: live in a terminal, one look anywhere else')
    .option('--kubeconfig <file>', 'kubeconfig file instead of those that kubectl would find')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', "namespace, instead of the context's own")
    .option('-l, --selector <labels>', 'only pods with these labels')
    .option('--once', 'one look, also in a terminal')
    .option('-w, --watch', 'go on without a terminal, at most one look a second')
    .option('--json', 'as JSON; with --watch one object a line')
    .action(async (flags) => exitWith((await import('./status.ts')).status(flags, io)));
  root
    .command('report <session>')
    .description('tell a session as a document: what happened, what was changed, what is to be done')
    .option('--format <format>', 'markdown, html or json (else by the name of the file; markdown)')
    .option('-o, --output <file>', 'a file instead of standard output')
    .action(async (session: string, flags) =>
      exitWith((await import('./report.ts')).report(session, flags, io)),
    );
  root
    .command('list')
    .description('list the runbooks and their drills')
    .option('--json', 'as JSON')
    .action(async (flags) => exitWith(listCommand(flags, io)));
  root
    .command('validate [files...]')
    .description('check runbooks, the shipped ones when none is named')
    .option('--json', 'problems as JSON')
    .action(async (files: string[], flags) => exitWith(validateCommand(files, flags, io)));
  withConnection(
    root.command('doctor').description('check that what a session needs is there and works; changes nothing'),
  )
    .option('--json', 'as JSON')
    .action(async (flags) => exitWith((await import('./doctor.ts')).doctor(flags, io)));
  root
    .command('schema')
    .description('print the JSON Schema of runbook files')
    .action(async () => exitWith((await import('./schema.ts')).schema(io)));
  root
    .command('sandbox')
    .description('run the embedded sandbox on its own until stopped')
    .option('--json', 'one line of JSON when it is ready')
    .option('--world <file>', 'world description, JSON')
    .action(async (flags) => exitWith((await import('./sandbox.ts')).sandbox(flags, io)));
  return root;
}

async function listCommand({ json = false }: { json?: boolean }, io: Io): Promise<number> {
  const [{ list }, { runbookFolders }] = await Promise.all([import('./list.ts'), import('./load.ts')]);
  return list({ json, folders: runbookFolders() }, io);
}

async function validateCommand(
  paths: readonly string[],
  { json = false }: { json?: boolean },
  io: Io,
): Promise<number> {
  const [{ validate }, { runbookFolders }] = await Promise.all([
    import('./validate.ts'),
    import('./load.ts'),
  ]);
  const colour = process.stdout.isTTY && !process.env.NO_COLOR;
  return validate({ json, colour, paths, folders: runbookFolders(), cwd: process.cwd() }, io);
}

async function exitWith(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
  const { lines, exitCode } = explain(error);
  for (const [at, line] of lines.entries()) io.err(at === 0 ? `rollbook: ${line}` : line);
  return exitCode;
}

/** Does what the arguments say, and sets the exit code. */
export async function main(args: readonly string[], frame?: FirstFrame): Promise<void> {
  // `rollbook list | head`: a reader that has seen enough is no defect.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const io = standardIo(frame);
  try {
    await program(io).parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, io);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
