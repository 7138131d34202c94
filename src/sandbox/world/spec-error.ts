/** Thrown with one sentence per problem. */
export class WorldSpecError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The world's description does not fit: ${problems.join('; ')}`);
    this.name = 'WorldSpecError';
    this.problems = problems;
  }
}
