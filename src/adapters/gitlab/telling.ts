import type { FailureDetails } from '../../ports/failure.ts';
import type { ErrorBody } from './error-body.ts';

/** What was asked, for the sentence. */
export interface Subject {
  /** 'read the file data/app.yml of service/app-interface', 'revert commit 1a2b3c4 on branch x of …' */
  readonly act: string;
  /** What would be missing: 'file data/app.yml at master in service/app-interface' */
  readonly thing: string;
  readonly project?: string;
  readonly branch?: string;
  /** Sent once, and whether it happened matters. */
  readonly write?: boolean;
}

export interface Told {
  readonly subject: Subject;
  readonly host: string;
  /** A token was sent. */
  readonly authorized: boolean;
  readonly status: number;
  readonly body: ErrorBody;
  /** The server's own words; may be empty. */
  readonly said: string;
  readonly waitMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Explained extends FailureDetails {
  readonly message: string;
}

/** Ends a sentence with the server's words, when there are any. */
export function because(said: string): string {
  return said === '' ? '.' : `: ${ended(said)}`;
}

export function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
