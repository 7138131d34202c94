import { slack } from './communication/slack.ts';
import { statuspage } from './communication/statuspage.ts';
import { teams } from './communication/teams.ts';
import { runbook } from './control/runbook.ts';
import { migrate } from './django/migrate.ts';
import { plan as planMigration } from './django/plan.ts';
import { showMigrations } from './django/show-migrations.ts';
import { search } from './elasticsearch/search.ts';
import { diff as gitDiff } from './git/diff.ts';
import { log } from './git/log.ts';
import { restore as gitRestore } from './git/restore.ts';
import { awaitMerge } from './gitlab/await-merge.ts';
import { awaitPromotion } from './gitlab/await-promotion.ts';
import { changes } from './gitlab/changes.ts';
import { comment } from './gitlab/comment.ts';
import { findPromotion } from './gitlab/find-promotion.ts';
import { mergeRequestOf } from './gitlab/merge-request-of.ts';
import { readFile } from './gitlab/read-file.ts';
import { revert } from './gitlab/revert.ts';
import { check } from './http/check.ts';
import { decision } from './human/decision.ts';
import { followUp } from './human/follow-up.ts';
import { prompt } from './human/prompt.ts';
import { task } from './human/task.ts';
import { migrations } from './kas/migrations.ts';
import { rollbackTargets } from './kas/rollback-targets.ts';
import { serving } from './kas/serving.ts';
import { apply } from './kubernetes/apply.ts';
import { remove } from './kubernetes/delete.ts';
import { describe } from './kubernetes/describe.ts';
import { diff as kubernetesDiff } from './kubernetes/diff.ts';
import { exec } from './kubernetes/exec.ts';
import { get } from './kubernetes/get.ts';
import { list } from './kubernetes/list.ts';
import { logs } from './kubernetes/logs.ts';
import { patch } from './kubernetes/patch.ts';
import { rollout } from './kubernetes/rollout.ts';
import { scale } from './kubernetes/scale.ts';
import { selectTraffic } from './kubernetes/select-traffic.ts';
import { wait } from './kubernetes/wait.ts';
import { backup } from './postgres/backup.ts';
import { inspect } from './postgres/inspect.ts';
import { listBackups } from './postgres/list-backups.ts';
import { restore } from './postgres/restore.ts';
import { swap } from './postgres/swap.ts';
import { terminateSessions } from './postgres/terminate-sessions.ts';
import { command } from './process/command.ts';
import { shell } from './process/shell.ts';
import { query } from './prometheus/query.ts';
import type { StepKind } from './step-kind.ts';

/** Every kind of step there is. A new kind is its file, its test and a line here. */
export const stepKinds: readonly StepKind[] = [
  task,
  prompt,
  decision,
  followUp,
  command,
  shell,
  get,
  list,
  patch,
  scale,
  wait,
  rollout,
  describe,
  logs,
  exec,
  selectTraffic,
  kubernetesDiff,
  apply,
  remove,
  log,
  gitDiff,
  gitRestore,
  check,
  query,
  search,
  findPromotion,
  mergeRequestOf,
  changes,
  readFile,
  revert,
  awaitMerge,
  awaitPromotion,
  comment,
  migrations,
  rollbackTargets,
  serving,
  listBackups,
  inspect,
  backup,
  restore,
  terminateSessions,
  swap,
  showMigrations,
  planMigration,
  migrate,
  slack,
  teams,
  statuspage,
  runbook,
];
