import leven from 'leven';

/** The known word that was probably meant; undefined when none is near. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length < 3 || word.length > 100) return undefined;
  const known = [...words];
  const limit = word.length === 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = leven(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best ?? lastPart(word, known);
}

/** 'did you mean "kubernetes/scale"?', or undefined. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const found = nearest(word, known);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

/** 'a, b or c'; long lists are cut. */
export function listWords(words: readonly string[], join = 'or'): string {
  if (words.length > 12) return `${words.slice(0, 12).join(', ')}, …`;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${join} ${words.at(-1)}`;
}

/** 'scale' for 'kubernetes/scale': the part was right, the folder was left out or is wrong. */
function lastPart(word: string, known: readonly string[]): string | undefined {
  const last = word.split('/').at(-1);
  const found = known.filter((candidate) => candidate.split('/').at(-1) === last);
  return found.length === 1 ? found[0] : undefined;
}
