import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dashboardLinks } from '../../src/cluster/dashboards.ts';

const places = {
  grafana: 'https://grafana.test/ops/',
  kibana: undefined,
  namespace: 'banking app&x=1',
  context: 'prod-eu',
  from: Date.parse('2026-11-02T03:00:00Z'),
};
const one = (url: string) => dashboardLinks([{ title: 'T', url }], places)[0];

describe('links to dashboards', () => {
  it.each([
    [
      '{grafana}/d/x?var-namespace={namespace}&from={from}',
      'https://grafana.test/ops/d/x?var-namespace=banking%20app%26x%3D1&from=1793588400000',
    ],
    [
      "https://k.test/#/?_g=(time:(from:'{from-iso}',to:now))",
      "https://k.test/#/?_g=(time:(from:'2026-11-02T03:00:00.000Z',to:now))",
    ],
    ['https://a.test/{context}/{unknown}', 'https://a.test/prod-eu/%7Bunknown%7D'],
    ['https://bücher.test/ä', 'https://xn--bcher-kva.test/%C3%A4'],
  ])('%s', (template, url) => {
    expect(one(template)).toEqual({ title: 'T', url });
  });

  it.each([
    ['{kibana}/app', /No Kibana is configured/],
    ['javascript:alert(1)', /none that a browser opens/],
    ['file:///etc/passwd', /none that a browser opens/],
    ['here', /none that a browser opens/],
    ['https://user:secret@a.test/', /has a login in it/],
    [`https://a.test/${'x'.repeat(3_000)}`, /too long/],
  ])('%s is not followed, and says why', (template, problem) => {
    expect(one(template)).toEqual({ title: 'T', problem: expect.stringMatching(problem) });
  });

  it('hold nothing that a terminal would obey, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (title, rest) => {
        const [link] = dashboardLinks([{ title, url: `https://a.test/${rest}` }], {
          ...places,
          namespace: rest,
        });
        if (link?.url !== undefined) expect(link.url).toMatch(/^https:\/\/a\.test[\x21-\x7e]*$/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
        expect(link?.title).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});
