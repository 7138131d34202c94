/**
 * syntax and type: the text can never work. missing: something it names is not there. value: what it yields cannot be used.
 */
export type ExpressionFault = 'syntax' | 'type' | 'missing' | 'value';

/** An expression could not be read or evaluated; the message is a sentence that names it. */
export class ExpressionFailure extends Error {
  readonly expression: string;
  readonly fault: ExpressionFault;
  /** What went wrong, without the expression's text. */
  readonly detail: string;
  /** Where in the expression, when it is known. */
  readonly at: number | undefined;
  readonly suggestion: string | undefined;

  constructor(
    expression: string,
    fault: ExpressionFault,
    detail: string,
    where: {
      readonly at?: number | undefined;
      readonly suggestion?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    const shown = expression.trim();
    super(`The expression "${shown.length > 200 ? `${shown.slice(0, 199)}…` : shown}" failed: ${detail}.`, {
      cause: where.cause,
    });
    this.name = 'ExpressionFailure';
    this.expression = expression;
    this.fault = fault;
    this.detail = detail;
    this.at = where.at;
    this.suggestion = where.suggestion;
  }
}
