import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CONFIG_KEYS } from '../../../src/config/keys.js';
import { KUBERNETES_VALUES } from './kubernetes-values.js';
import { configOf } from './pod.js';
import { helm, lint, render, type Values } from './render.js';
import { VALUE_SETS } from './value-sets.js';
import { CHART } from './values-schema.js';

const skip = helm.skip;

describe('the settings that the chart gives a pod', () => {
  for (const [name, values] of Object.entries(VALUE_SETS))
    it(`are such that Wheelgate starts with them: ${name}`, { skip }, () => {
      const config = configOf(render(values));
      assert.equal(config.data, '/var/lib/wheelgate');
      assert.equal(config.listen.port, values.listen === undefined ? 8080 : 8443);
    });

  it('are those of the values, and what lies in Secrets', { skip }, () => {
    const config = configOf(render(VALUE_SETS.everything!));
    assert.equal(config.redis?.mode, 'sentinel');
    assert.deepEqual(config.redis?.hosts, [{ host: 'redis.example.com', port: 6380 }]);
    assert.equal(config.redis?.password, 'of-redis');
    assert.equal(config.s3?.bucket, 'wheels');
    assert.equal(config.replica.name, 'packages-0');
    assert.equal(config.replica.secret, 'signed-with-this-by-all');
    assert.equal(config.replica.sharePolicy, true);
    assert.equal(config.tls?.cert, '/etc/wheelgate/tls/tls.crt');
    assert.equal(config.policies, '/etc/wheelgate/policies');
    assert.equal(config.cache.memory, 268_435_456);
    assert.equal(config.upstreams[0]?.auth?.username, 'ci');
  });

  it('have the address in front as the public one, where nothing else is said', { skip }, () => {
    const publicUrl = (name: string) => configOf(render(VALUE_SETS[name]!)).publicUrl;
    assert.equal(publicUrl('behind an Ingress'), 'https://pypi.example.com');
    assert.equal(publicUrl('without volumes, behind a Gateway'), 'https://pypi.example.com');
    assert.equal(publicUrl('minimal'), undefined);
  });

  it('are all but what the schema knows as Kubernetes’', () => {
    const text = readFileSync(`${CHART}/templates/_settings.tpl`, 'utf8');
    const [, list = ''] = /omit \.Values ([^|]+)\|/.exec(text) ?? [];
    const left = [...list.matchAll(/"(\w+)"/g)].map(([, name]) => name);
    assert.deepEqual(left.toSorted(), ['listen', ...Object.keys(KUBERNETES_VALUES)].toSorted());
  });
});

describe('values of the chart', { skip }, () => {
  const FRONT = { enabled: true, host: 'pypi.example.com' };
  const ROUTE = { enabled: true, parentRefs: [{ name: 'internal' }] };
  const PROXIES = { 'trusted-proxies': ['10.0.0.0/8'] };
  const REDIS = { redis: { url: 'redis://redis:6379' } };
  const scaled = { autoscaling: { enabled: true } };
  const files = { 'a.yaml': 'deny: []' };
  const cases: Readonly<Record<string, { not: Values; so: Values; says: RegExp }>> = {
    'no replica': { not: { replicas: 0 }, so: { replicas: 1 }, says: /replicas/ },
    'several replicas without Redis': {
      not: { replicas: 2 },
      so: { replicas: 2, ...REDIS },
      says: /redis\.url: replicas find each other through Redis/,
    },
    'replicas that come by themselves without Redis': {
      not: scaled,
      so: { ...scaled, redis: { existingSecret: 'redis' } },
      says: /redis\.url: replicas find each other through Redis/,
    },
    'an Ingress without trusted-proxies': {
      not: { ingress: FRONT },
      so: { ingress: FRONT, ...PROXIES },
      says: /trusted-proxies: the addresses of the pods in front/,
    },
    'an HTTPRoute with none of them': {
      not: { httpRoute: ROUTE, 'trusted-proxies': [] },
      so: { httpRoute: ROUTE, ...PROXIES },
      says: /trusted-proxies: the addresses of the pods in front/,
    },
    'an Ingress and an HTTPRoute': {
      not: { ingress: FRONT, httpRoute: ROUTE, ...PROXIES },
      so: { ingress: FRONT, httpRoute: { enabled: false }, ...PROXIES },
      says: /one of ingress\.enabled and httpRoute\.enabled/,
    },
    'policies from two places': {
      not: { policies: { files, existingConfigMap: 'mine' } },
      so: { policies: { files } },
      says: /one of policies\.files/,
    },
    'a misspelt setting': {
      not: { cache: { page_ttl: '1m' } },
      so: { cache: { 'page-ttl': '1m' } },
      says: /page_ttl/,
    },
    'a misspelt value': { not: { replica: { existing: 'x' } }, so: {}, says: /existing/ },
    'what each pod has of its own': {
      not: { replica: { name: 'a' } },
      so: { replica: {} },
      says: /name/,
    },
    'a policy that is shared without Redis': {
      not: { replica: { 'share-policy': true } },
      so: { replica: { 'share-policy': true }, ...REDIS },
      says: /redis\.url: replicas share a policy through Redis/,
    },
    'a certificate without its key': {
      not: { tls: { cert: '/etc/a.crt' } },
      so: { tls: { cert: '/etc/a.crt', key: '/etc/a.key' } },
      says: /both tls\.cert and tls\.key/,
    },
    'files sent by a reverse proxy that is not trusted': {
      not: { serve: { accel: 'x-accel-redirect' } },
      so: { serve: { accel: 'x-accel-redirect' }, ...PROXIES },
      says: /trusted-proxies: the reverse proxy/,
    },
    'a status that says nothing of a project': {
      not: { upstreams: [{ name: 'own', absent: [401] }] },
      so: { upstreams: [{ name: 'own', absent: [403] }] },
      says: /absent/,
    },
    'a user of an index without a password': {
      not: { upstreams: [{ name: 'own', auth: { username: 'ci' } }] },
      so: {
        upstreams: [{ name: 'own', auth: { username: 'ci', 'password-file': '/run/token' } }],
      },
      says: /one of password, password-file, password-command/,
    },
    'a section that is taken away': { not: { service: null }, so: {}, says: /service/ },
  };
  for (const [name, { not, so, says }] of Object.entries(cases))
    it(`are refused, with the reason: ${name}`, () => {
      const refused = lint(not);
      assert.ok(!refused.ok, 'not refused');
      assert.match(refused.text, says);
      const taken = lint(so);
      assert.ok(taken.ok, taken.text);
    });

  /** A value for a setting at this path. */
  const at = (path: readonly string[], value: unknown): Values =>
    path.reduceRight<any>((inner, key) => ({ [key]: inner }), value);

  for (const { path, name } of CONFIG_KEYS.filter((key) => /(password|secret)$/.test(key.name)))
    it(`hold no secret, but say where it is: ${name}`, () => {
      const plain = lint(at(path, 'correct-horse-battery-staple'));
      assert.ok(!plain.ok, 'taken');
      assert.match(plain.text, new RegExp(path.join('/')));
      assert.doesNotMatch(plain.text, /correct-horse/);
      const referring = lint(at(path, `\${NAME}`));
      assert.ok(referring.ok, referring.text);
    });

  it('hold no secret in lists either', () => {
    const upstreams = (password: string) => ({
      upstreams: [{ name: 'own', auth: { username: 'ci', password } }],
    });
    assert.ok(!lint(upstreams('hush')).ok);
    assert.ok(lint(upstreams(`\${OWN}`)).ok);
    const webhooks = (secret: string) => ({
      webhooks: [{ name: 'own', url: 'https://example.com/', secret }],
    });
    assert.ok(!lint(webhooks('hush')).ok);
    assert.ok(lint(webhooks(`\${OWN}`)).ok);
  });
});
