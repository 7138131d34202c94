/** What GitLab would refuse; `code` is the HTTP code of the answer. */
export class ForgeRefusal extends Error {
  readonly code: number;
  /** Sent as `message`: a sentence or several. */
  readonly detail: string | readonly string[];

  constructor(code: number, detail: string | readonly string[]) {
    super(String(detail));
    this.name = 'ForgeRefusal';
    this.code = code;
    this.detail = detail;
  }
}
