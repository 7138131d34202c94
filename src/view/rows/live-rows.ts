import type { LivePod, LiveService, LiveSnapshot, LiveWorkload } from '../../cluster/live.ts';
import { blank, paragraph, type Row, row, span, type Tone, table } from '../text/row.ts';
import { age } from '../text/time.ts';
import { glyphs } from '../theme.ts';
import { figureRows, logRows } from './figure-rows.ts';
import { isFresh } from './freshness.ts';
import { warning } from './plan-rows.ts';

/** The figures, workloads worst first, what the services lead to, the newest log lines; pods below while there is room. */
export function liveRows(live: LiveSnapshot, width: number, height: number, now: number): readonly Row[] {
  const problem = live.freshness.problem === undefined ? [] : warning(live.freshness.problem, width);
  const blocks = [
    figureRows([...live.metrics, ...live.logs], width, now),
    [...workloadRows(live, width), ...serviceRows(live.services, width)],
    logRows(live.logs, width, now),
    [...problemsOf(live), ...live.gaps].flatMap((gap) =>
      paragraph(gap, width, 'muted', row(span(`${glyphs.bullet} `, 'muted'))),
    ),
  ].filter((block) => block.length > 0);
  const lines = problem.length + blocks.reduce((sum, block) => sum + block.length, 0);
  const isRoomy = lines + blocks.length - 1 <= height;
  const rows = [
    ...problem,
    ...blocks.flatMap((block, place) => (place > 0 && isRoomy ? [blank, ...block] : block)),
  ];
  const room = height - rows.length - 2;
  const withPods = room < 3 ? [] : [blank, ...podRows(live, width, now).slice(0, room + 1)];
  const all = rows.length === 0 ? paragraph('Nothing here yet.', width, 'muted') : [...rows, ...withPods];
  return isFresh(live) ? all : all.map(faded);
}

/** Why figures are not heard of, in whole: their own lines have no room for it. */
function problemsOf({ metrics, logs }: LiveSnapshot): readonly string[] {
  const silent = [...metrics, ...logs].filter(({ problem }) => problem !== undefined);
  const groups = Map.groupBy(silent, ({ problem = '' }) => problem);
  return [...groups].map(([problem, some]) => `${some.map(({ title }) => title).join(', ')}: ${problem}`);
}

/** Rows that may no longer be true are drawn without colour; the title says why. */
export function faded(line: Row): Row {
  return line.map(({ text }) => ({ text, tone: 'muted' }));
}

/** Green is for what is well, red for what is broken; everything else keeps the plain colour. */
function toneOf(workload: LiveWorkload): Tone {
  if (workload.rollout === 'failed') return 'bad';
  if (workload.rollout === 'scaled-down') return 'muted';
  if (workload.ready >= workload.desired) return 'good';
  return workload.rollout === 'progressing' && workload.ready > 0 ? 'warn' : 'bad';
}

const MARK: Partial<Record<Tone, string>> = {
  good: glyphs.done,
  warn: glyphs.behind,
  bad: glyphs.failed,
  muted: glyphs.gone,
};

/** The probe's own words behind 'not ready', where a pod of it has told them. */
function whyOf({ name, status }: LiveWorkload, pods: readonly LivePod[]): string {
  if (!status.startsWith('not ready')) return status;
  const told = pods.find((pod) => pod.workload === name && pod.reason?.startsWith('not ready: '))?.reason;
  return told === undefined ? status : `${status}: ${told.slice('not ready: '.length)}`;
}

function workloadRows({ workloads, pods }: LiveSnapshot, width: number): readonly Row[] {
  const lines = workloads.map((workload) => {
    const tone = toneOf(workload);
    const isDown = workload.rollout === 'scaled-down';
    return row(
      span(MARK[tone] ?? ' ', tone),
      span(workload.name, isDown ? 'muted' : 'plain'),
      span(`${workload.ready}/${workload.desired}`, tone),
      span(bar(workload.ready, workload.desired), tone),
      span(isDown ? 'scaled down' : whyOf(workload, pods), tone === 'good' ? 'plain' : tone),
      span(workload.restarts > 0 && !isDown ? `${workload.restarts} restarts` : '', 'muted'),
      span(workload.version, 'muted'),
    );
  });
  return table(
    lines,
    [
      {},
      { cut: 'middle', gives: 1, min: 12 },
      { align: 'right' },
      {},
      { gives: 2, min: 10, max: 64 },
      { gives: 3, whole: true, min: 0 },
      { max: 16, cut: 'middle' },
    ],
    width,
  );
}

const BAR = 5;

function bar(ready: number, desired: number): string {
  if (desired === 0) return '';
  const cells = Math.min(desired, BAR);
  const full = ready >= desired ? cells : Math.min(cells - 1, Math.ceil((ready / desired) * cells));
  return glyphs.full.repeat(Math.max(0, full)) + glyphs.empty.repeat(cells - Math.max(0, full));
}

function serviceRows(services: readonly LiveService[], width: number): readonly Row[] {
  const lines = services.map((service) => {
    const target = service.behind.length === 0 ? 'nothing' : service.behind.join(', ');
    const isUp = service.ready > 0;
    const waiting = service.notReady > 0 ? `, ${service.notReady} not ready` : '';
    const selector = Object.entries(service.selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    return row(
      span(isUp ? glyphs.done : glyphs.failed, isUp ? 'good' : 'bad'),
      span(service.name),
      span(glyphs.arrow, 'muted'),
      span(target, isUp ? 'strong' : 'bad'),
      span(`${service.ready} ready${waiting}`, isUp ? 'plain' : 'bad'),
      span(selector, 'muted'),
    );
  });
  return table(
    lines,
    [
      {},
      { cut: 'middle', gives: 1, min: 12 },
      {},
      { cut: 'middle', gives: 1, min: 8 },
      { gives: 2, min: 8 },
      { gives: 3, whole: true, min: 0, max: 44 },
    ],
    width,
  );
}

export function podRows(live: LiveSnapshot, width: number, now: number): readonly Row[] {
  const lines = live.pods.map((pod) => podRow(pod, now));
  const heading = row(
    ...['', 'pod', 'ready', 'status', 'restarts', 'age', 'version', 'node'].map((text) =>
      span(text, 'muted'),
    ),
  );
  const hidden = live.podCount - live.pods.length;
  const rows = table(
    [heading, ...lines],
    [
      {},
      { cut: 'middle', gives: 1, min: 16 },
      { align: 'right' },
      { gives: 1, min: 12, max: 60 },
      { align: 'right' },
      { align: 'right' },
      // The workloads tell it too.
      { cut: 'middle', gives: 3, whole: true, min: 0, max: 16 },
      { cut: 'middle', gives: 4, whole: true, min: 0, max: 44 },
    ],
    width,
  );
  return hidden > 0 ? [...rows, row(span(`and ${hidden} more that are well`, 'muted'))] : rows;
}

/** kubectl's word first, then why; of a pod that runs and is not ready, the why alone. */
function statusOf({ ready, status, reason }: LivePod): string {
  if (ready || reason === undefined) return status;
  return status === 'Running' ? reason : `${status}: ${reason}`;
}

function podRow(pod: LivePod, now: number): Row {
  const tone: Tone = pod.ready
    ? 'good'
    : pod.status === 'Running' || pod.status === 'Terminating'
      ? 'warn'
      : 'bad';
  return row(
    span(pod.ready ? glyphs.done : glyphs.failed, tone),
    span(pod.name),
    span(`${pod.readyContainers}/${pod.containers}`, tone),
    span(statusOf(pod), pod.ready ? 'plain' : tone),
    span(String(pod.restarts), pod.restarts > 0 ? 'warn' : 'muted'),
    span(pod.startedAt === undefined ? '' : age(now - Date.parse(pod.startedAt)), 'muted'),
    span(pod.version, 'muted'),
    span(pod.node ?? '', 'muted'),
  );
}
