// Loaded before a measured program: tells what it used, when asked by a signal and when it ends.
'use strict';
const fs = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const folder = process.env.BENCH_PROBE;
if (folder && require('node:worker_threads').isMainThread) {
  const file = `${folder}/${process.pid}.json`;
  const RESOLUTION_MS = 5;
  const delay = process.env.BENCH_DELAY ? monitorEventLoopDelay({ resolution: RESOLUTION_MS }) : undefined;
  if (delay) delay.enable();

  /** User and system time of children that have ended, in clock ticks of 10 ms. */
  const childTicks = () => {
    const fields = fs
      .readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[13]) + Number(fields[14]);
  };
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const tell = () => {
    const { user, system } = process.cpuUsage();
    const report = {
      pid: process.pid,
      program: process.argv[1],
      cpuMs: (user + system) / 1000,
      childrenMs: childTicks() * 10,
      maxRssMb: process.resourceUsage().maxRSS / 1024,
      rssMb: process.memoryUsage.rss() / 1048576,
      ...(delay ? { delayMaxMs: ms(delay.max), delayP99Ms: ms(delay.percentile(99)) } : {}),
    };
    fs.writeFileSync(`${file}.new`, JSON.stringify(report));
    fs.renameSync(`${file}.new`, file);
  };
  process.on('exit', tell);
  process.on('SIGUSR2', () => {
    tell();
    if (delay) delay.reset();
  });
}
