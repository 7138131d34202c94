import { createHash } from 'node:crypto';
import type { StepKind } from '../steps/step-kind.ts';
import { buildRunbook } from './build.ts';
import { type Callee, resolveCall } from './calls.ts';
import { createExpressionCheck } from './check-expressions.ts';
import { checkInputs } from './check-inputs.ts';
import { collectNames } from './check-names.ts';
import { checkSteps } from './check-steps.ts';
import { type Compiler, createCompiler } from './compile.ts';
import { type RunbookFile, runbookFile } from './file-schema.ts';
import { inlineCalls } from './inline.ts';
import { checkShape } from './issues.ts';
import { asMap, asText, type Outline, outlineOf } from './outline.ts';
import type { RunbookProblem } from './problem.ts';
import type { Report } from './report.ts';
import type { Runbook } from './runbook.ts';
import { readSource } from './source.ts';

export interface LoadedFile {
  /** Absolute path. */
  readonly file: string;
  readonly content: Uint8Array | string;
}

export interface ParseOptions {
  readonly kinds: readonly StepKind[];
  /** Finds a called runbook by id or by a path relative to the calling file; undefined when there is none. */
  readonly loadRunbook?: (reference: string, from: string) => LoadedFile | undefined;
  /** Shared among files, so that what was read once is not read again. */
  readonly compiler?: Compiler;
}

export type ParseResult =
  | { readonly ok: true; readonly runbook: Runbook }
  /** In the order of the file; those of called runbooks last. */
  | { readonly ok: false; readonly problems: readonly RunbookProblem[] };

/** So deep, and so large, may runbooks become that call each other. */
const MAX_CALLS = 20;
const MAX_STEPS = 50_000;

/** Reads a runbook, or says everything that is wrong with it. Never throws, whatever the content is. */
export function parse(content: Uint8Array | string, file: string, options: ParseOptions): ParseResult {
  const context: Context = {
    kinds: new Map(options.kinds.map((kind) => [kind.kind, kind])),
    compiler: options.compiler ?? createCompiler(),
    load: options.loadRunbook ?? (() => undefined),
    parsed: new Map(),
    problems: [],
  };
  const parsed = parseFile({ file, content }, [], context);
  return parsed === undefined
    ? { ok: false, problems: context.problems }
    : { ok: true, runbook: freeze(parsed.runbook) };
}

interface Context {
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly compiler: Compiler;
  readonly load: NonNullable<ParseOptions['loadRunbook']>;
  /** By file; undefined where there were problems. */
  readonly parsed: Map<string, Parsed | undefined>;
  /** Of all files, the outermost first. */
  problems: readonly RunbookProblem[];
}

interface Parsed {
  readonly runbook: Runbook;
  /** Everything that was read for it, itself first. */
  readonly files: ReadonlyMap<string, LoadedFile['content']>;
}

interface Caller {
  readonly file: string;
  readonly id: string;
}

function parseFile(loaded: LoadedFile, callers: readonly Caller[], context: Context): Parsed | undefined {
  const { value, report } = readSource(loaded.content, loaded.file);
  const root = asMap(value);
  const parsed = root === undefined ? undefined : parseRoot(root, loaded, callers, context, report);
  if (value !== undefined && root === undefined)
    report.atOffset(0, {
      message: 'the file is not a runbook',
      expected: 'a map with apiVersion, id, title and sections',
    });
  context.parsed.set(loaded.file, parsed);
  context.problems = [...report.problems.toSorted(byPlace), ...context.problems];
  return parsed;
}

function byPlace(a: RunbookProblem, b: RunbookProblem): number {
  return (a.line ?? Infinity) - (b.line ?? Infinity) || (a.column ?? 0) - (b.column ?? 0) || 0;
}

function parseRoot(
  root: Readonly<Record<string, unknown>>,
  loaded: LoadedFile,
  callers: readonly Caller[],
  context: Context,
  report: Report,
): Parsed | undefined {
  checkShape(runbookFile, root, report, { base: [], templates: false });
  const outline = outlineOf(root);
  const files = new Map([[loaded.file, loaded.content]]);
  const called = openCalls(outline, loaded.file, callers, context, files, report);
  checkMeaning(outline, called, context, report);
  if (report.problems.length > 0) return undefined;

  const hash = createHash('sha256');
  for (const content of files.values()) hash.update(content);
  const built = buildRunbook(
    root as unknown as RunbookFile,
    outline,
    { file: loaded.file, sha256: hash.digest('hex') },
    (kind) => context.kinds.get(kind)?.notifies === true,
  );
  return {
    runbook: inlineCalls(built, new Map([...called].map(([id, callee]) => [id, callee.runbook]))),
    files,
  };
}

type Called = ReadonlyMap<string, Extract<Callee, { found: 'runbook' }>>;

function openCalls(
  outline: Outline,
  file: string,
  callers: readonly Caller[],
  context: Context,
  files: Map<string, LoadedFile['content']>,
  report: Report,
): Called {
  const chain = [...callers, { file, id: asText(outline.root.id) ?? file }];
  const called = new Map<string, Extract<Callee, { found: 'runbook' }>>();
  let total = outline.steps.length;
  for (const step of outline.steps) {
    if (step.uses !== 'runbook' || report.full) continue;
    const callee = resolveCall(step, (reference) => openCallee(reference, chain, context, files), report);
    if (callee === undefined || step.id === undefined) continue;
    total += callee.runbook.steps.length;
    if (total > MAX_STEPS) {
      report.atValue([...step.path, 'with'], {
        message: `with this call the runbook has more than ${MAX_STEPS} steps`,
      });
      break;
    }
    called.set(step.id, callee);
  }
  return called;
}

function openCallee(
  reference: string,
  chain: readonly Caller[],
  context: Context,
  files: Map<string, LoadedFile['content']>,
): Callee {
  const loaded = context.load(reference, chain.at(-1)?.file ?? '');
  if (loaded === undefined) return { found: 'nothing' };
  const cycle = chain.findIndex((caller) => caller.file === loaded.file);
  if (cycle !== -1)
    return { found: 'cycle', chain: [...chain.slice(cycle), chain[cycle]].map((caller) => caller?.id ?? '') };
  if (chain.length >= MAX_CALLS) return { found: 'too-deep' };
  const parsed = context.parsed.has(loaded.file)
    ? context.parsed.get(loaded.file)
    : parseFile(loaded, chain, context);
  if (parsed === undefined) return { found: 'problems', file: loaded.file };
  for (const [file, content] of parsed.files) files.set(file, content);
  const outputs = new Set(Object.keys(parsed.runbook.scopes['']?.outputs ?? {}));
  return { found: 'runbook', runbook: parsed.runbook, outputs };
}

/** What the shape cannot say: names, expressions, kinds and their parameters. */
function checkMeaning(outline: Outline, called: Called, context: Context, report: Report): void {
  const { root } = outline;
  const { kinds, compiler } = context;
  const outputsOfCall = (step: { id: string | undefined }) => called.get(step.id ?? '')?.outputs ?? 'any';
  const names = collectNames(outline, { kinds, compiler, outputsOfCall }, report);
  const check = createExpressionCheck(compiler, names, report);
  checkInputs(root.inputs, kinds, check, report);
  check.template(root.kubernetes, ['kubernetes'], { before: 0, at: 'where the session works' });
  check.template(root.watch, ['watch'], { before: 0, at: 'what is watched' });
  check.template(root.vars, ['vars'], { before: Infinity });
  checkSteps({ outline, kinds, check, report });
  check.template(root.outputs, ['outputs'], { before: Infinity });
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}
