import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/ports/json.ts';
import { pruned, splitAt, withoutSet } from '../../src/steps/kubernetes/managed-fields.ts';
import { readManifests } from '../../src/steps/kubernetes/manifests.ts';
import { readableDiff } from '../../src/steps/kubernetes/readable-diff.ts';

const read = (text: string, path = 'k8s/a.yaml') => readManifests([{ path, text }], 'k8s/');
const flags = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\n';

describe('manifests', () => {
  it('are all documents of all files, lists taken apart', () => {
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }],
    });
    const files = [
      { path: 'k8s/a.yaml', text: `${flags}---\n# nothing\n---\n${flags.replace('flags', 'more')}` },
      { path: 'k8s/b/c.json', text: list },
      { path: 'k8s/README.md', text: '{{ not read }}' },
    ];
    const { manifests, leftOut } = readManifests(files, 'k8s/');
    expect(manifests.map(({ file, object }) => `${file} ${object.kind} ${object.metadata.name}`)).toEqual([
      'k8s/a.yaml ConfigMap flags',
      'k8s/a.yaml ConfigMap more',
      'k8s/b/c.json Service s',
    ]);
    expect(leftOut).toEqual([]);
  });

  it.each([
    ['0644', 420],
    ['yes', true],
    ['"yes"', 'yes'],
    ['1:30', '1:30'],
    ['2026-01-02', '2026-01-02'],
    ['1_000', 1000],
    ['~', null],
  ])('are read as kubectl reads YAML: %s', (text, value) => {
    expect(read(`${flags}data: {value: ${text}}\n`).manifests[0]?.object.data).toEqual({ value });
  });

  it.each([
    ['k8s/kustomization.yaml', 'resources: []', /kustomization/],
    ['k8s/Chart.yaml', 'name: bank', /Helm chart/],
    ['k8s/templates/a.yaml', 'image: {{ .Values.image }}', /Helm chart/],
    ['k8s/a.yaml', 'a: b\n  c: [', /k8s\/a\.yaml:\d+:\d+ is not YAML/],
  ])('in %s are refused with what to do', (path, text, says) => {
    expect(() => read(text, path)).toThrow(says);
  });

  it('that are none are named', () => {
    expect(read('replicas: 2\n').leftOut[0]).toMatch(/without apiVersion/);
    expect(read('apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: x-}\n').leftOut[0]).toMatch(
      /generateName/,
    );
  });
});

describe('fields that were owned and are wanted no more', () => {
  const owned = {
    'f:spec': {
      'f:replicas': {},
      'f:containers': {
        'k:{"name":"app"}': {
          '.': {},
          'f:name': {},
          'f:image': {},
          'f:command': {},
          'f:env': { '.': {}, 'k:{"name":"B"}': { '.': {}, 'f:name': {} } },
        },
        'k:{"name":"side"}': { '.': {}, 'f:name': {} },
      },
      'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
    },
  };
  const live: JsonObject = {
    spec: {
      replicas: 3,
      containers: [
        {
          name: 'app',
          image: 'web:1',
          command: ['x'],
          env: [{ name: 'A' }, { name: 'B' }],
          imagePullPolicy: 'Always',
        },
        { name: 'side' },
        { name: 'injected' },
      ],
      ports: [{ containerPort: 80 }],
    },
  };
  const wanted: JsonObject = {
    spec: { containers: [{ name: 'app', image: 'web:1' }], ports: [{ containerPort: 80 }] },
  };

  it('go, and nothing else does', () => {
    expect(pruned(live, owned, wanted, {})).toEqual({
      spec: {
        containers: [{ name: 'app', image: 'web:1', imagePullPolicy: 'Always' }, { name: 'injected' }],
        ports: [{ containerPort: 80 }],
      },
    });
  });

  it('stay where others own them too', () => {
    const others = {
      'f:spec': { 'f:replicas': {}, 'f:containers': { 'k:{"name":"side"}': { 'f:name': {} } } },
    };
    const left = pruned(live, owned, wanted, others) as {
      spec: { replicas: number; containers: { name: string }[] };
    };
    expect(left.spec.replicas).toBe(3);
    expect(left.spec.containers.map(({ name }) => name)).toEqual(['app', 'side', 'injected']);
  });

  it('can be told from those that stay untouched', () => {
    const { under, rest } = splitAt(owned, [['spec', 'replicas']]);
    expect(under).toEqual({ 'f:spec': { 'f:replicas': {} } });
    expect(rest['f:spec']).not.toHaveProperty('f:replicas');
  });

  it('can be left out of what is applied, the keys of lists apart', () => {
    const theirs = { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { 'f:image': {}, 'f:name': {} } } } };
    expect(withoutSet(wanted, theirs)).toEqual({
      spec: { containers: [{ name: 'app' }], ports: [{ containerPort: 80 }] },
    });
  });
});

describe('a difference', () => {
  it('names items of lists, and shows a long one only in part', () => {
    const object = (image: string) => ({
      spec: {
        containers: [
          { name: 'a', image: 'x' },
          { name: 'b', image },
        ],
      },
    });
    expect(readableDiff(object('one'), object('two')).map(({ change, text }) => `${change} ${text}`)).toEqual(
      ['same spec.containers[b].image', 'removed   one', 'added   two'],
    );
    const large = { data: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 'v'])) };
    const lines = readableDiff(undefined, large);
    expect(lines.at(-1)?.text).toMatch(/^… and \d+ more lines$/);
    expect(lines.length).toBeLessThan(100);
  });
});
