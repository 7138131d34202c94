import { systemClock } from '../adapters/clock.ts';
import type { ElasticsearchOptions } from '../adapters/elasticsearch/elasticsearch.ts';
import { PortFailure } from '../ports/failure.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import type { Settings } from './settings.ts';
import { configuredToken, type Env, type TokenPlace, tokenSource, variableToken } from './token-place.ts';

/** Elasticsearch, as far as it is configured. */
export interface ElasticsearchPlace {
  readonly url?: string;
  readonly login?: {
    readonly as: 'api-key' | 'bearer' | 'basic';
    readonly username?: string;
    readonly token: TokenPlace;
  };
  /** Authorities to trust besides the usual ones: a PEM file. */
  readonly caFile?: string;
}

/** Where figures, logs and dashboards are. */
export interface MonitoringPlaces {
  readonly prometheusUrl?: string;
  readonly prometheusToken?: TokenPlace;
  readonly elasticsearch?: ElasticsearchPlace;
  /** Addresses that links begin with: {grafana}, {kibana}. */
  readonly grafanaUrl?: string;
  readonly kibanaUrl?: string;
  /** Besides those of the runbook. */
  readonly links?: readonly { readonly title: string; readonly url: string }[];
}

/** What the environment says. Throws CommandFailure for an address with a password in it: addresses are kept and shown. */
export function monitoringFrom(env: Env): MonitoringPlaces {
  const elasticsearch = {
    ...given('url', withoutLogin(env.ELASTICSEARCH_URL || undefined)),
    ...given('login', loginFrom(env)),
  };
  return {
    ...given('prometheusUrl', env.PROMETHEUS_URL || undefined),
    ...given('prometheusToken', variableToken(env, 'PROMETHEUS_TOKEN')),
    ...(Object.keys(elasticsearch).length === 0 ? {} : { elasticsearch }),
    ...given('grafanaUrl', env.GRAFANA_URL || undefined),
    ...given('kibanaUrl', env.KIBANA_URL || undefined),
  };
}

/**
 * What is still open is filled in from rollbook.yaml: the context's own section first. A token that is configured
 * there goes to the server that is configured there, and to no other.
 */
export function withMonitoring<Places extends MonitoringPlaces>(
  places: Places,
  settings: Settings,
  context?: string,
): Places {
  const own = context === undefined ? undefined : settings.contexts[context];
  const links = [...(settings.links ?? []), ...(own?.links ?? [])];
  return {
    ...(places.prometheusUrl === undefined ? prometheusIn(own?.prometheus ?? settings.prometheus) : {}),
    ...given('grafanaUrl', (own?.grafana ?? settings.grafana)?.url),
    ...given('kibanaUrl', (own?.kibana ?? settings.kibana)?.url),
    ...(links.length === 0 ? {} : { links }),
    ...places,
    ...given('elasticsearch', elasticsearchOf(places, own?.elasticsearch ?? settings.elasticsearch)),
  };
}

function prometheusIn(section: Settings['prometheus']): MonitoringPlaces {
  return { ...given('prometheusUrl', section?.url), ...given('prometheusToken', configuredToken(section)) };
}

function elasticsearchOf(
  { elasticsearch: places = {} }: MonitoringPlaces,
  section: Settings['elasticsearch'],
): ElasticsearchPlace | undefined {
  const found = places.url === undefined ? { ...elasticsearchIn(section), ...places } : places;
  return found.url === undefined ? undefined : found;
}

/** Throws PortFailure 'not-configured'. */
export function elasticsearchOptions(
  place: ElasticsearchPlace | undefined,
  onSecret: (secret: string) => void,
): ElasticsearchOptions {
  if (place?.url === undefined)
    throw new PortFailure('No Elasticsearch is configured for this session.', {
      reason: 'not-configured',
      next: 'Set ELASTICSEARCH_URL or elasticsearch.url in rollbook.yaml, or look at the logs in Kibana yourself.',
    });
  const { url, login, caFile } = place;
  return {
    url,
    ...(login === undefined ? {} : { login: loginOf(login) }),
    ...(caFile === undefined ? {} : { caFile }),
    env: process.env,
    clock: systemClock,
    onToken: onSecret,
  };
}

function loginOf({ as, username = '', token }: NonNullable<ElasticsearchPlace['login']>) {
  const source = tokenSource(token, process.env);
  return as === 'basic' ? { as, username, token: source } : { as, token: source };
}

function loginFrom(env: Env): ElasticsearchPlace['login'] {
  const key = variableToken(env, 'ELASTICSEARCH_API_KEY');
  if (key !== undefined) return { as: 'api-key', token: key };
  const bearer = variableToken(env, 'ELASTICSEARCH_TOKEN');
  if (bearer !== undefined) return { as: 'bearer', token: bearer };
  const password = variableToken(env, 'ELASTICSEARCH_PASSWORD');
  const username = env.ELASTICSEARCH_USERNAME;
  return password === undefined || !username ? undefined : { as: 'basic', username, token: password };
}

function elasticsearchIn(section: Settings['elasticsearch']): ElasticsearchPlace {
  if (section === undefined) return {};
  const { url, username, 'token-type': type = 'api-key', 'ca-file': caFile } = section;
  const token = configuredToken(section);
  const login =
    token === undefined
      ? undefined
      : username === undefined
        ? { as: type, token }
        : { as: 'basic' as const, username, token };
  return { ...given('url', url), ...given('login', login), ...given('caFile', caFile) };
}

function withoutLogin(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  if (url === null || (url.password === '' && url.username === '')) return text;
  throw new CommandFailure(
    'ELASTICSEARCH_URL has a login in it, and addresses are shown and kept.',
    EXIT.usage,
    'Take it out of the address; set ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD.',
  );
}

function given<Key extends string, Value>(key: Key, value: Value | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}
