/** What asks a command to come to an end. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
