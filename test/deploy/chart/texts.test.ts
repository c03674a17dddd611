import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../src/config/load.js';
import { configJsonSchema } from '../../../src/config/schema.js';
import { helm, lint, type Values } from './render.js';
import { ANY_TEXT, TEXT_FORMS } from './text-forms.js';

interface Setting {
  readonly path: string;
  readonly schema: Json;
}

interface Json {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly items?: Json;
  readonly anyOf?: readonly Json[];
}

const REFERENCE = `\${NAME}`;
/** What the variable of the reference holds, so that the setting is sound. */
const CREDENTIALS = 'https://user:hush@index.example.com/simple/';

/** Texts that Wheelgate refuses, and such that it takes. */
const TEXTS: Readonly<Record<string, { not: readonly string[]; so: readonly string[] }>> = {
  listen: {
    not: ['foo', '0.0.0.0', ':8080', '0.0.0.0:65536', '::1:8080', 'http://0.0.0.0:8080'],
    so: ['0.0.0.0:8080', '[::1]:65535', 'localhost:1'],
  },
  'dashboard.listen': { not: ['foo', '0.0.0.0:123456'], so: ['0.0.0.0:8090'] },
  'dashboard.policy-repository': {
    not: ['foo', 'http://git.example.com/', 'https://user:hush@git.example.com/'],
    so: ['https://git.example.com/policies?branch=main#deny'],
  },
  'public-url': {
    not: ['foo', 'ftp://pypi.example.com/', CREDENTIALS, 'https://pypi.example.com/?a=hush'],
    so: ['https://pypi.example.com', 'http://10.0.0.1:8080/pypi/'],
  },
  upstream: {
    not: ['foo', 'redis://index', CREDENTIALS, 'https://index.example.com:65536/'],
    so: ['https://index.example.com/simple/', 'http://[::1]:3141/root', `https://${REFERENCE}/`],
  },
  'upstreams[].url': { not: ['foo', CREDENTIALS], so: ['http://devpi:3141/@team/simple'] },
  'upstreams[].files[]': {
    not: ['https://files.example.com', 'a*.example.com', '*.com', 'files.example.com/x'],
    so: ['files.example.com:8443', '*.files.example.com', '10.0.0.1'],
  },
  'upstreams[].claims[]': { not: ['a b', '-a', 'https://hush'], so: ['acme-*', '*'] },
  'upstreams[].auth.password-file': { not: ['token'], so: ['/run/secrets/token'] },
  'upstreams[].tls.cert': { not: ['tls.crt'], so: ['/etc/tls.crt'] },
  'upstreams[].tls.key': { not: ['tls.key'], so: ['/etc/tls.key'] },
  'trusted-proxies[]': {
    not: ['foo', '10.0.0.0/33', '10.0.0', '10.0.0.256', '::/129', 'pypi.example.com'],
    so: ['10.0.0.0/8', '::1', 'fd00::/8', 'loopback', '0.0.0.0/0', '::ffff:10.0.0.1'],
  },
  'replica.peers[]': { not: ['10.0.0.0/99'], so: ['uniquelocal'] },
  'redis.url': {
    not: [
      'foo',
      'http://foo',
      'redis://',
      'redis://a b',
      'redis://a/x',
      'redis://a:hush',
      'redis://a,',
    ],
    so: ['redis://redis', 'rediss://10.0.0.1:6380/0', 'redis://a:1,[::1]:2,c', 'redis://a/'],
  },
  's3.endpoint': {
    not: ['foo', 's3://wheels', 'https://key:hush@s3.example.com'],
    so: ['https://s3.example.com', 'http://minio:9000/'],
  },
  's3.prefix': { not: ['/a', 'a//b', '../a', 'a b'], so: ['', 'pypi', 'pypi/of/us/'] },
  'webhooks[].url': {
    not: ['foo', 'https://user:hush@chat.example.com/', 'ftp://chat.example.com/hush'],
    so: ['https://chat.example.com/hooks/builds?token=1'],
  },
};

/** What a ConfigMap must not hold, though Wheelgate takes it from elsewhere; and where it may be. */
const WITH_PASSWORDS: Readonly<Record<string, { not: string; so: string }>> = {
  'redis.url': {
    not: 'redis://wheelgate:hush@redis:6379',
    so: `redis://wheelgate:${REFERENCE}@redis:6379`,
  },
  'feed.url': {
    not: 'https://user:hush@osv.example.com/',
    so: `https://user:${REFERENCE}@osv.example.com/`,
  },
};

/** Beside a setting, what is asked for with it. */
const BESIDE: Readonly<Record<string, object>> = {
  'upstreams[]': { name: 'own', url: 'https://index.example.com/simple/' },
  'upstreams[].auth': { username: 'ci' },
  'upstreams[].tls': { cert: '/etc/tls.crt', key: '/etc/tls.key' },
  'webhooks[]': { name: 'own', url: 'https://chat.example.com/' },
};

/** Settings with this text at this path. */
function settingsWith(path: string, text: string): Values {
  const steps = path.replaceAll('[]', '.[]').split('.');
  const place = (index: number): unknown => {
    const step = steps[index];
    if (step === undefined) return text;
    if (step === '[]') return [place(index + 1)];
    const outer = steps.slice(0, index).join('.').replaceAll('.[]', '[]');
    return { ...BESIDE[outer], [step]: place(index + 1) };
  };
  return place(0) as Values;
}

/** Whether Wheelgate starts with these settings. */
function isServed(settings: Values): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'wheelgate-values-'));
  try {
    const file = join(folder, 'wheelgate.yaml');
    writeFileSync(file, JSON.stringify(settings));
    return loadConfig({ file, env: { NAME: 'index.example.com' } }) !== undefined;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every setting that is a text. */
function texts(schema: Json, path = ''): Setting[] {
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([name, part]) =>
      texts(part, path === '' ? name : `${path}.${name}`),
    );
  if (schema.items !== undefined) return texts(schema.items, `${path}[]`);
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((part) => texts(part, path));
  return schema.type === 'string' && schema.enum === undefined ? [{ path, schema }] : [];
}

/** Those that the chart sets itself, and secrets, which are references. */
const ELSEWHERE =
  /^(data|policies|replica\.(name|listen|url))$|(^|\.)(sentinel-)?(password|secret)$/;
const SETTINGS = texts(JSON.parse(configJsonSchema()) as Json).filter(
  ({ path }) => !ELSEWHERE.test(path),
);

describe('the texts among the values of the chart', () => {
  it('each have a form, unless any text may stand there', () => {
    const without = SETTINGS.filter(({ schema }) => schema.pattern === undefined);
    assert.deepEqual(
      without.map(({ path }) => path).toSorted(),
      [...Object.keys(TEXT_FORMS), ...ANY_TEXT].toSorted(),
    );
    assert.deepEqual(
      [...Object.keys(TEXTS), 'feed.url'].toSorted(),
      Object.keys(TEXT_FORMS).toSorted(),
    );
  });

  for (const [path, { not, so }] of Object.entries(TEXTS)) {
    for (const text of not)
      it(`are refused as \`serve\` refuses them: ${path}: ${text}`, { skip: helm.skip }, () => {
        const settings = settingsWith(path, text);
        assert.ok(!isServed(settings), 'serve takes it');
        isRefused(settings, text);
      });
    for (const text of so)
      it(`are taken as \`serve\` takes them: ${path}: ${text}`, { skip: helm.skip }, () =>
        isTaken(settingsWith(path, text)),
      );
  }

  for (const { path, schema } of SETTINGS.filter((setting) => setting.schema.pattern !== undefined))
    it(`are refused where they do not match: ${path} (${schema.pattern})`, {
      skip: helm.skip,
    }, () => {
      const settings = settingsWith(path, 'hush\nhush');
      assert.ok(!isServed(settings), 'serve takes it');
      isRefused(settings, 'hush\nhush');
    });

  for (const [path, { not, so }] of Object.entries(WITH_PASSWORDS))
    it(`hold no password, but a reference to one: ${path}`, { skip: helm.skip }, () => {
      isRefused(settingsWith(path, not), not);
      isTaken(settingsWith(path, so));
    });

  it('may be folders, for the feed', { skip: helm.skip }, () =>
    isTaken(settingsWith('feed.url', '/srv/osv')),
  );

  it('may be in capitals where `serve` takes them so', { skip: helm.skip }, () => {
    isTaken(settingsWith('upstreams[].name', 'Internal'));
    isTaken(settingsWith('cache.disk', '10gib'));
  });
});

/** The chart refuses it, and does not repeat what may be a secret. */
function isRefused(settings: Values, text: string): void {
  const said = lint(settings);
  assert.ok(!said.ok, 'taken');
  assert.match(said.text, /value must be|failed/);
  assert.ok(text === 'foo' || !said.text.includes(`'${text}'`), said.text);
  assert.doesNotMatch(said.text, /hush/);
}

function isTaken(settings: Values): void {
  assert.ok(isServed(settings), 'serve refuses it');
  const said = lint(settings);
  assert.ok(said.ok, said.text);
}
