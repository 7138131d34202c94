/** Where a link to a comparison leads. */
export interface CompareLink {
  readonly url: string;
  readonly host: string;
  readonly type: 'github' | 'gitlab';
  /** 'owner/repository', or a GitLab project's full path. */
  readonly project: string;
  readonly from: string;
  readonly to: string;
  /** `..` compares the two ends, `...` the second one with where they parted. */
  readonly straight: boolean;
}

const URLS = /https?:\/\/[^\s<>()[\]"'`]+/g;
const SPREAD = /^(?<from>.+?)(?<dots>\.{2,3})(?<to>.+?)$/;

/** The first link to a comparison in a text, in GitLab's or GitHub's form; undefined when there is none. */
export function findCompareLink(text: string): CompareLink | undefined {
  const section = text.slice(Math.max(0, text.search(/changes included/i)));
  for (const part of [section, text])
    for (const [url] of part.matchAll(URLS)) {
      const link = parseCompareLink(url.replace(/[.,;:!]+$/, ''));
      if (link !== undefined) return link;
    }
  return undefined;
}

export function parseCompareLink(text: string): CompareLink | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const [, path, spread] = /^\/(.+?)(?:\/-)?\/compare\/(.+?)\/?$/.exec(url.pathname) ?? [];
  if (path === undefined || spread === undefined) return undefined;
  const project = decoded(path);
  const { from, dots, to } = SPREAD.exec(spread)?.groups ?? {};
  if (project === undefined || from === undefined || to === undefined || !project.includes('/'))
    return undefined;
  const type = /(^|\.)github\./.test(url.host) && !url.pathname.includes('/-/') ? 'github' : 'gitlab';
  const ends = [from, to].map((end) => refOf(end, type));
  const [first, second] = ends;
  if (first === undefined || second === undefined) return undefined;
  if (type === 'github' && project.split('/').length !== 2) return undefined;
  return { url: text, host: url.host, type, project, from: first, to: second, straight: dots === '..' };
}

/** GitHub puts the fork before the ref, and lets a comparison be had as a diff or patch. */
function refOf(text: string, type: CompareLink['type']): string | undefined {
  const ref = decoded(text);
  if (ref === undefined || type === 'gitlab') return ref;
  return ref.replace(/^[^:]+:/, '').replace(/\.(diff|patch)$/, '');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The same commit, where one of them may be abbreviated. */
export function sameCommit(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length);
  return shorter >= 7 && one.slice(0, shorter) === other.slice(0, shorter);
}
