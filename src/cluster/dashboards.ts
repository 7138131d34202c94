import { neutralise } from '../prose/neutralise.ts';
import type { LiveLink } from './live.ts';

export interface LinkSpec {
  readonly title: string;
  /** With places in braces, which `places` fills. */
  readonly url: string;
}

/** What the places in a link stand for. */
export interface LinkPlaces {
  readonly grafana?: string | undefined;
  readonly kibana?: string | undefined;
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly from: number;
}

const LONGEST = 2_000;
const BASES = { grafana: 'Grafana', kibana: 'Kibana' } as const;

/** Links to dashboards, filled in; one that cannot be followed says why. */
export function dashboardLinks(links: readonly LinkSpec[], places: LinkPlaces): readonly LiveLink[] {
  return links.map(({ title, url }) => ({ title: neutralise(title), ...addressed(url, places) }));
}

function addressed(template: string, places: LinkPlaces): Pick<LiveLink, 'url' | 'problem'> {
  for (const base of ['grafana', 'kibana'] as const) {
    if (template.startsWith(`{${base}}`) && places[base] === undefined)
      return {
        problem: `No ${BASES[base]} is configured for this session; ${base}.url in rollbook.yaml names it.`,
      };
  }
  const values: Readonly<Record<string, string>> = {
    '{namespace}': encodeURIComponent(places.namespace ?? ''),
    '{context}': encodeURIComponent(places.context ?? ''),
    '{from}': String(places.from),
    '{from-iso}': new Date(places.from).toISOString(),
  };
  const filled = template
    .replace(/^\{(grafana|kibana)\}/, (_, base: keyof typeof BASES) =>
      (places[base] ?? '').replace(/\/+$/, ''),
    )
    .replace(/\{(?:namespace|context|from|from-iso)\}/g, (name) => values[name] ?? name);
  return safe(filled);
}

/** As an URL's own notation has it: nothing in it is left that a terminal would obey, or that looks like something else. */
function safe(text: string): Pick<LiveLink, 'url' | 'problem'> {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    return { problem: 'Its address is none that a browser opens.' };
  if (url.username !== '' || url.password !== '') return { problem: 'Its address has a login in it.' };
  if (!/^[\x21-\x7e]+$/.test(url.href) || url.href.length > LONGEST)
    return { problem: 'Its address is too long, or not printable.' };
  return { url: url.href };
}
