/** What rollbook writes as a comment on a database that it makes, so that it is known again. */
const RESTORING = 'rollbook: restoring';
const RESTORED = 'rollbook: restored';

export function restoringMark(name: string, file: string): string {
  return `${RESTORING} ${name} from ${file}`;
}

/** Written in the same transaction as the data. */
export function restoredMark(name: string, file: string, sha256: string): string {
  return `${RESTORED} ${name} from ${file}, sha256 ${sha256}`;
}

export function isRestoring(comment: string | null): boolean {
  return comment?.startsWith(RESTORING) ?? false;
}

export function isRestored(comment: string | null): boolean {
  return comment?.startsWith(RESTORED) ?? false;
}

/** A database that rollbook made, and may drop. */
export function isOurs(comment: string | null): boolean {
  return isRestoring(comment) || isRestored(comment);
}

/** Whether this is the database that was restored under that name, whatever it is called now. */
export function wasRestoredAs(comment: string | null, name: string): boolean {
  return comment?.startsWith(`${RESTORED} ${name} from `) ?? false;
}
