const FIRST_MS = 10_000;
const LONGEST_MS = 300_000;

/** The kubelet's wait after so many failures: none at first, then 10 s, doubled each time, 5 min at most. */
export function backOffMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
}

/** `2m40s`, as Go writes durations. */
export function backOffText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
