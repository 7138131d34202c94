import { useAnimation } from 'ink';

/** The time in whole seconds, drawn anew each second while something moves; it stands still when nothing does. */
export function useSeconds(isMoving: boolean, now: () => number): number {
  useAnimation({ interval: 1000, isActive: isMoving });
  return Math.floor(now() / 1000) * 1000;
}
