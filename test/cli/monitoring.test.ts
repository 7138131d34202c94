import { describe, expect, it } from 'vitest';
import { elasticsearchOptions, monitoringFrom, withMonitoring } from '../../src/cli/monitoring.ts';
import { parseSettings } from '../../src/cli/settings-file.ts';

const settings = parseSettings(
  `
prometheus: { url: "http://all", token-file: /p }
elasticsearch: { url: "http://es", token-file: /k, ca-file: /ca }
grafana: { url: "http://grafana" }
links: [{ title: On call, url: "http://oncall" }]
contexts:
  prod:
    production: true
    prometheus: { url: "http://prod" }
    elasticsearch: { url: "http://es-prod", token-command: [pass, es], username: jana }
    links: [{ title: Prod, url: "http://prod-links" }]
`,
  'rollbook.yaml',
);
const file = (name: string) => ({ from: 'file', file: name });

describe('where figures, logs and dashboards are', () => {
  it('is said by the context before all contexts, and by the environment before both', () => {
    expect(withMonitoring({}, settings)).toEqual({
      prometheusUrl: 'http://all',
      prometheusToken: file('/p'),
      elasticsearch: { url: 'http://es', login: { as: 'api-key', token: file('/k') }, caFile: '/ca' },
      grafanaUrl: 'http://grafana',
      links: [{ title: 'On call', url: 'http://oncall' }],
    });
    expect(withMonitoring({}, settings, 'prod')).toEqual({
      prometheusUrl: 'http://prod',
      elasticsearch: {
        url: 'http://es-prod',
        login: { as: 'basic', username: 'jana', token: { from: 'command', command: ['pass', 'es'] } },
      },
      grafanaUrl: 'http://grafana',
      links: [
        { title: 'On call', url: 'http://oncall' },
        { title: 'Prod', url: 'http://prod-links' },
      ],
    });
  });

  it('gives no configured token to an address from elsewhere', () => {
    const env = { PROMETHEUS_URL: 'http://mine', ELASTICSEARCH_URL: 'http://mine:9200' };
    const found = withMonitoring(monitoringFrom(env), settings);
    expect(found).toMatchObject({ prometheusUrl: 'http://mine', elasticsearch: { url: 'http://mine:9200' } });
    expect(found).not.toHaveProperty('prometheusToken');
    expect(found.elasticsearch).toEqual({ url: 'http://mine:9200' });
  });

  it.each([
    [{ ELASTICSEARCH_API_KEY: 'k' }, { as: 'api-key', token: { variable: 'ELASTICSEARCH_API_KEY' } }],
    [{ ELASTICSEARCH_TOKEN: 't' }, { as: 'bearer', token: { variable: 'ELASTICSEARCH_TOKEN' } }],
    [
      { ELASTICSEARCH_USERNAME: 'jana', ELASTICSEARCH_PASSWORD: 'p' },
      { as: 'basic', username: 'jana', token: { variable: 'ELASTICSEARCH_PASSWORD' } },
    ],
    [{ ELASTICSEARCH_USERNAME: 'jana' }, undefined],
  ])('takes the login from the environment: %j', (env, login) => {
    const { elasticsearch } = monitoringFrom({ ELASTICSEARCH_URL: 'http://es', ...env });
    if (login === undefined) expect(elasticsearch).toEqual({ url: 'http://es' });
    else expect(elasticsearch).toMatchObject({ url: 'http://es', login });
  });

  it('is kept and shown, so no login may be in it', () => {
    expect(() => monitoringFrom({ ELASTICSEARCH_URL: 'https://elastic:hush@es.test' })).toThrow(
      /has a login in it/,
    );
  });

  it('is asked for when it is not there', () => {
    expect(() => elasticsearchOptions(undefined, () => undefined)).toThrow(/No Elasticsearch is configured/);
  });
});
