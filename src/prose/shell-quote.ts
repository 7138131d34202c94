const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word, quoted so that a POSIX shell reads it back as it stands. */
export function shellQuote(word: string): string {
  return SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line that can be pasted into a POSIX shell. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ');
}
