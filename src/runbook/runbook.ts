import type { Json } from '../ports/json.ts';
import type { Risk } from '../steps/step-kind.ts';

/** A string that may hold `${{ … }}` expressions, or any value with such strings inside. */
export type Template = Json;
/** The bare CEL text of a condition, without `${{ }}`. */
export type Expression = string;

export type InputType = 'string' | 'number' | 'boolean' | 'choice' | 'list' | 'secret' | 'duration';

/** Where live choices for an input come from, asked when the session starts. */
export interface ChoicesFrom {
  /** A reading step kind whose output list gives the choices. */
  readonly uses: string;
  readonly with: Template;
  /** Over `result`: must yield a list of strings. */
  readonly value: Expression;
}

export interface InputSpec {
  readonly name: string;
  readonly type: InputType;
  readonly description?: string;
  readonly required: boolean;
  readonly default?: Json;
  /** For strings: a regular expression that must match the whole value. */
  readonly pattern?: string;
  readonly choices?: readonly string[];
  readonly choicesFrom?: ChoicesFrom;
}

/** A number, or a template that yields one. */
export type Limit = number | string;

/** Lines drawn as a warning or as critical above or below these. */
export interface Limits {
  readonly warnAbove?: Limit;
  readonly criticalAbove?: Limit;
  readonly warnBelow?: Limit;
  readonly criticalBelow?: Limit;
}

export interface WatchedMetric extends Limits {
  readonly title: string;
  readonly query: string;
  readonly unit?: 'percent' | 'seconds' | 'count';
  readonly sinceMs?: number;
}

/** Its limits are lines a minute. */
export interface WatchedLog extends Limits {
  readonly title: string;
  readonly index: string;
  readonly query: string;
  readonly timeField?: string;
  readonly sinceMs?: number;
}

export interface WatchSpec {
  /** Label selector of the pods to show; a template. */
  readonly pods?: string;
  readonly deployments?: readonly string[];
  readonly services?: readonly string[];
  readonly events?: boolean;
  /** Named Prometheus expressions, drawn as sparklines. */
  readonly metrics?: readonly WatchedMetric[];
  /** Searches in Elasticsearch, drawn as lines a minute and the newest of them. */
  readonly logs?: readonly WatchedLog[];
  /** Dashboards; `url` has places in braces: {grafana}, {namespace} … */
  readonly links?: readonly { readonly title: string; readonly url: string }[];
}

export type OnFailure =
  | { readonly action: 'ask' }
  | { readonly action: 'stop' }
  | { readonly action: 'continue' }
  /** Undo these steps (ids, in this order), then stop. */
  | { readonly action: 'undo'; readonly steps: readonly string[] }
  | { readonly action: 'go-to'; readonly section: string };

export interface RetrySpec {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  readonly backoffMs: number;
}

/** Milliseconds, or a template that yields a duration text ('30s') or milliseconds. */
export type DurationTemplate = number | string;

export interface VerifySpec {
  readonly for?: DurationTemplate;
  readonly within?: DurationTemplate;
  readonly every?: DurationTemplate;
  /** Over `result`, `inputs`, `vars`, `steps`; must be true for the whole window. */
  readonly expect?: Expression;
  /** What is expected, in words, for the screen; a template. */
  readonly says?: string;
}

/** A step of the flattened runbook: called runbooks are inlined, ids are prefixed ('restore/swap'). */
export interface Step {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly section: string;
  /** All must hold: the step's own `if`, its section's and its callers'; each with its own scope. */
  readonly conditions: readonly { readonly scope: string; readonly expression: Expression }[];
  readonly uses: string;
  readonly with: Template;
  /** Which scope its expressions are evaluated in: '' for the runbook itself, 'restore' for one called by step `restore`. */
  readonly scope: string;
  /** Over `result`. */
  readonly outputs: Readonly<Record<string, Expression>>;
  /** Only ever raises the kind's own risk. */
  readonly risk?: Risk;
  /** Loop: the expression yields a list; `each` is the item, `index` its place. */
  readonly forEach?: Expression;
  readonly retry?: RetrySpec;
  readonly timeoutMs?: number;
  readonly verify?: VerifySpec;
  readonly onFailure: OnFailure;
  /** Its kind only tells people something: that it could not does not fail the session. */
  readonly notifies?: true;
  /** How long it usually takes. */
  readonly expectedMs?: number;
}

export interface Section {
  /** Unique; a go-to's target. Prefixed like step ids when inlined. */
  readonly id: string;
  /** Templates, in `scope`. */
  readonly title: string;
  readonly description?: string;
  /** The scope of a called runbook's section; absent: ''. */
  readonly scope?: string;
  readonly stepIds: readonly string[];
}

/** What `inputs`, `vars` and `steps` mean for the steps of one (called) runbook. */
export interface Scope {
  /** '' or the calling step's full id. */
  readonly id: string;
  readonly runbookId: string;
  readonly inputs: readonly InputSpec[];
  /** The caller's expressions for the inputs, evaluated in `parent`; undefined for the outermost. */
  readonly parent?: string;
  readonly inputTemplates?: Readonly<Record<string, Template>>;
  readonly vars: Readonly<Record<string, Template>>;
  /** The runbook's own outputs, evaluated in this scope; steps.<caller>.outputs.<name> in the parent. */
  readonly outputs: Readonly<Record<string, Template>>;
  /** Where its sections begin now that calls are inlined, by the ids they have in its file; absent: where they were. */
  readonly sections?: Readonly<Record<string, string>>;
}

export interface Runbook {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly source?: string;
  /** Absolute path of the file. */
  readonly file: string;
  /** SHA-256 over the file and every file it calls, hex. */
  readonly sha256: string;
  readonly inputs: readonly InputSpec[];
  /** Templates over inputs. */
  readonly kubernetes?: { readonly context?: string; readonly namespace?: string };
  readonly watch?: WatchSpec;
  readonly sections: readonly Section[];
  readonly steps: readonly Step[];
  readonly scopes: Readonly<Record<string, Scope>>;
}
