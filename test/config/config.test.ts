import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PYPI_FILES, PYPI_INDEX } from '../../src/config/defaults.js';
import { CONFIG_KEYS } from '../../src/config/keys.js';
import { ConfigError, type ConfigSources, loadConfig } from '../../src/config/load.js';
import { configJsonSchema } from '../../src/config/schema.js';
import { didYouMean, expectedGot, knownKeysHere, unknownKey } from '../../src/messages/settings.js';
import { formatProblem } from '../../src/yaml/problem.js';

const cwd = mkdtempSync(join(tmpdir(), 'wheelgate-config-'));
after(() => rmSync(cwd, { recursive: true, force: true }));

function load(text: string | undefined, sources: Partial<ConfigSources> = {}) {
  const file = text === undefined ? undefined : join(cwd, 'c.yaml');
  if (file !== undefined) writeFileSync(file, text!);
  return loadConfig({ file, env: {}, cwd, ...sources });
}

function problems(text: string | undefined, sources: Partial<ConfigSources> = {}): string[] {
  try {
    load(text, sources);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems.map((problem) => formatProblem(problem).replaceAll(`${cwd}/`, ''));
  }
  return [];
}

describe('loadConfig', () => {
  it('needs nothing: PyPI, the shipped policies, memory and disk', () => {
    const config = load(undefined, { env: { HOME: '/home/me' } });
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8080 });
    const [upstream, ...others] = config.upstreams;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [upstream!.name, upstream!.url, upstream!.files, upstream!.public, upstream!.inspect],
      ['pypi', PYPI_INDEX, [PYPI_FILES], true, true],
    );
    assert.equal(config.policies, undefined);
    assert.equal(config.data, '/home/me/.cache/wheelgate');
    assert.equal(config.decisions.file, '/home/me/.cache/wheelgate/decisions.jsonl');
    assert.deepEqual(config.gate, {
      mode: 'stream',
      holdBytes: 32 * 2 ** 20,
      holdTime: 5000,
      lastBlock: 2 ** 20,
    });
    const xdg = load(undefined, { env: { XDG_CACHE_HOME: '/var/cache' } });
    assert.equal(xdg.data, '/var/cache/wheelgate');
  });

  it('takes a Redis from its URL, and credentials from there or from beside it', () => {
    assert.equal(load(undefined).redis, undefined);
    const usual = {
      hosts: [{ host: 'redis.example.com', port: 6379 }],
      tls: false,
      username: undefined,
      password: undefined,
      database: 0,
      mode: 'standalone',
      master: 'mymaster',
      prefix: 'wg',
      sentinelPassword: undefined,
      ca: undefined,
    };
    const at = (url: string) => load(undefined, { flags: { 'redis.url': url } }).redis;
    assert.deepEqual(at('redis://redis.example.com'), usual);
    assert.deepEqual(at('rediss://me:p%40ss:w@redis.example.com:6380/3'), {
      ...usual,
      tls: true,
      hosts: [{ host: 'redis.example.com', port: 6380 }],
      username: 'me',
      password: 'p@ss:w',
      database: 3,
    });
    assert.deepEqual(
      load('redis: { url: "redis://a,[::1]:1", mode: sentinel, password: s }').redis,
      {
        ...usual,
        mode: 'sentinel',
        hosts: [
          { host: 'a', port: 26379 },
          { host: '::1', port: 1 },
        ],
        password: 's',
      },
    );
    for (const wrong of [
      'redis.example.com',
      'http://redis.example.com',
      'redis://',
      'redis://a,',
      'redis://a/x',
      'redis://me:hunter22@a/1/2',
      'redis://a:99999',
      'redis://a b',
    ]) {
      const [problem] = problems(undefined, { flags: { 'redis.url': wrong } });
      assert.match(problem ?? '', /^--redis: expected a URL such as redis:/, wrong);
      assert.doesNotMatch(problem ?? '', /hunter22/);
    }
  });

  it('wants of a replica what it takes to trust the others', () => {
    const replica = 'replica: { listen: "127.0.0.1:8081", url: "http://a:8081", secret: s }';
    assert.deepEqual(problems(`${replica}\nredis: { url: "redis://a" }`), []);
    const wants = (text: string, what: RegExp) => assert.match(problems(text).join('\n'), what);
    wants(replica, /redis\.url|set its URL/);
    wants('redis: { url: "redis://a" }\nreplica: { share-policy: true }', /shared secret/);
    const halves = 'redis: { url: "redis://a" }\nreplica: { secret: s, listen: "127.0.0.1:1" }';
    wants(halves, /require each other/);
  });

  it('takes a store that machines share from a URL, or from settings of their own', () => {
    assert.equal(load(undefined).s3, undefined);
    const usual = {
      bucket: 'wheels',
      prefix: '',
      endpoint: undefined,
      region: 'us-east-1',
      pathStyle: true,
    };
    const shared = (s3: string) => load(undefined, { flags: { s3 } }).s3;
    assert.deepEqual(shared('s3://wheels'), usual);
    assert.deepEqual(
      shared('s3://wheels/a/b?endpoint=http://127.0.0.1:9000&region=eu-1&path-style=false'),
      {
        bucket: 'wheels',
        prefix: 'a/b/',
        endpoint: 'http://127.0.0.1:9000',
        region: 'eu-1',
        pathStyle: false,
      },
    );
    assert.deepEqual(load('s3: { bucket: wheels, prefix: pypi/ }').s3, {
      ...usual,
      prefix: 'pypi/',
    });
    // No endpoint of the file's is that of another bucket.
    const text = 's3: { bucket: other, endpoint: "http://other" }';
    assert.deepEqual(load(text, { flags: { s3: 's3://wheels' } }).s3, usual);
    for (const wrong of [
      'wheels',
      'https://wheels',
      's3:///x',
      's3://me:secret@wheels',
      's3://wheels?regoin=x',
      's3://wheels?region=a&region=b',
    ])
      assert.match(
        problems(undefined, { flags: { s3: wrong } }).join(),
        /^--s3: expected a URL/,
        wrong,
      );
    for (const [key, wrong] of Object.entries({
      bucket: 'a b',
      prefix: '../x',
      endpoint: 'http://me:secret@s3.example.com',
      region: 'Not One',
    })) {
      const [problem] = problems(`s3: ${JSON.stringify({ bucket: 'wheels', [key]: wrong })}`);
      assert.match(problem ?? '', /^c\.yaml:/, key);
      assert.ok(!problem?.includes('secret'), problem);
    }
  });

  it('lets flags win over the environment, and that over the file', () => {
    const text = 'listen: 1.1.1.1:1\ncache: { disk: 1GB, memory: 5MB }\ngate: { mode: hold }\n';
    const env = { WHEELGATE_LISTEN: '2.2.2.2:2', WHEELGATE_CACHE_DISK: '2GB' };
    const config = load(text, { env, flags: { listen: '3.3.3.3:3', data: undefined } });
    assert.deepEqual(config.listen, { host: '3.3.3.3', port: 3 });
    assert.deepEqual([config.cache.disk, config.cache.memory], [2e9, 5e6]);
    assert.equal(config.gate.mode, 'hold');
  });

  it('takes sizes, times, numbers, truths and lists from the environment', () => {
    const config = load(undefined, {
      env: {
        WHEELGATE_GATE_HOLD_BYTES: '1.5 MiB',
        WHEELGATE_GATE_LAST_BLOCK: '65536',
        WHEELGATE_GATE_HOLD_TIME: '250ms',
        WHEELGATE_DECISIONS_KEEP: '3',
        WHEELGATE_DECISIONS_FSYNC: 'true',
        WHEELGATE_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
        WHEELGATE_UPSTREAMS:
          '[{"name":"a","url":"http://a/simple","claims":["acme-*"]},{"name":"b","public":false,"url":"http://b"}]',
        WHEELGATE_PUBLIC_URL: '',
      },
    });
    assert.equal(config.gate.holdBytes, 1.5 * 2 ** 20);
    assert.equal(config.gate.lastBlock, 65536);
    assert.equal(config.gate.holdTime, 250);
    assert.deepEqual([config.decisions.keep, config.decisions.fsync], [3, true]);
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1']);
    assert.deepEqual(
      config.upstreams.map(({ url, claims, files, public: open }) => [url, claims, files, open]),
      [
        ['http://a/simple/', ['acme-*'], [], false],
        ['http://b/', [], [], false],
      ],
    );
    assert.equal(config.publicUrl, undefined);
  });

  it('takes paths from where they are written', () => {
    const env = { WHEELGATE_DATA: 'd' };
    const config = load('policies: p\ndecisions: { file: ../x.jsonl }\n', {
      env,
      cwd: '/srv',
      file: join(cwd, 'c.yaml'),
    });
    assert.equal(config.policies, join(cwd, 'p'));
    assert.equal(config.decisions.file, join(cwd, '..', 'x.jsonl'));
    assert.equal(config.data, '/srv/d');
  });

  it('finds its file by flag, by variable, or in the working folder', () => {
    const folder = mkdtempSync(join(cwd, 'w-'));
    writeFileSync(join(folder, 'wheelgate.yaml'), 'contact: here\n');
    writeFileSync(join(folder, 'other.yaml'), 'contact: there\n');
    assert.equal(loadConfig({ env: {}, cwd: folder }).contact, 'here');
    const env = { WHEELGATE_CONFIG: 'other.yaml' };
    assert.equal(loadConfig({ env, cwd: folder }).contact, 'there');
    assert.deepEqual(problems(undefined, { file: 'gone.yaml' }), ['gone.yaml: no such file']);
  });

  it('has one word for a public index that is not PyPI', () => {
    const flags = { upstream: 'https://mirror.example.com/simple' };
    const [only] = load(undefined, { flags }).upstreams;
    assert.deepEqual(
      [only!.name, only!.url, only!.files],
      ['pypi', 'https://mirror.example.com/simple/', [PYPI_FILES]],
    );
    const text = 'upstreams: [{ name: a, url: "http://a/" }, { name: pypi }]';
    const both = load(text, { flags }).upstreams;
    assert.deepEqual(
      both.map(({ url }) => url),
      ['http://a/', 'https://mirror.example.com/simple/'],
    );
    assert.equal(load(text).upstreams[1]!.url, PYPI_INDEX);
    assert.match(
      problems('upstreams: [{ name: a, url: "http://a/", public: false }]', { flags })[0]!,
      /^--upstream: "upstream" is the URL of the public index/,
    );
  });
});

describe('a reference to a variable in the file', () => {
  const text = `upstreams:
  - name: internal
    url: https://pypi.example.com/simple/
    auth: { username: ci, password: \${TOKEN} }
  - name: pypi
contact: "\${WHO}@\${WHERE} costs $\${5}"
`;
  it('is filled in, also within braces', () => {
    const env = { TOKEN: 'p: {w} # "x"', WHO: 'ops', WHERE: 'example.com' };
    const config = load(text, { env });
    assert.deepEqual(config.upstreams[0]!.auth, { username: 'ci', password: 'p: {w} # "x"' });
    assert.equal(config.contact, `ops@example.com costs $\{5}`);
  });
  it('that is not set stops the start, at its place', () => {
    assert.deepEqual(problems(text, { env: { WHO: 'x' } }), [
      'c.yaml:4:37: the environment variable TOKEN is not set',
      'c.yaml:6:10: the environment variable WHERE is not set',
    ]);
  });
  it('keeps lines and columns of what stands behind it', () => {
    const env = { TOKEN: 'a-very-long-token-indeed' };
    assert.deepEqual(problems(`{ contact: $\{TOKEN}, listen: nowhere }`, { env }), [
      `c.yaml:1:30: ${expectedGot('HOST:PORT such as 127.0.0.1:8080 or [::1]:8080', '"nowhere"')}`,
    ]);
  });
});

describe('a mistake', () => {
  it('in the file is named with its place, every one', () => {
    assert.deepEqual(
      problems(`listen: localhost
gate: { holdBytes: 1MB, mode: streaming, last-block: 4KB }
cache: { disk: lots, page-ttl: 60 }
loging: { level: info }
`),
      [
        `c.yaml:1:9: ${expectedGot('HOST:PORT such as 127.0.0.1:8080 or [::1]:8080', '"localhost"')}`,
        `c.yaml:2:9: ${unknownKey('holdBytes', 'hold-bytes')}; ${knownKeysHere(['mode', 'hold-bytes', 'hold-time', 'last-block'])}`,
        `c.yaml:2:31: ${expectedGot('one of stream, hold', '"streaming"')} ${didYouMean('stream')}`,
        'c.yaml:2:54: expected a size of 4KiB or more',
        `c.yaml:3:16: ${expectedGot('a size such as 32MiB, 10GB or a number of bytes', '"lots"')}`,
        `c.yaml:3:32: ${expectedGot('a duration such as 30s', 'the number 60')}`,
        `c.yaml:4:1: unknown key "loging" (did you mean "log"?); known keys here: ${[
          ...new Set(CONFIG_KEYS.map(({ path }) => path[0])),
        ].join(', ')}`,
      ],
    );
  });
  it('that is a duration is none that a timer cannot count, or that leads to no date', () => {
    const durations = CONFIG_KEYS.filter(({ default: value }) =>
      /^\d+(?:ms|s|m|h|d)$/.test(String(value)),
    );
    assert.ok(durations.length >= 6);
    // No timer counts these by itself.
    const long = new Set(['feed.interval', 'cache.page-ttl', 'probe.age']);
    for (const { name, variable } of durations) {
      const most = long.has(name) ? 36_500 : 20;
      assert.deepEqual(problems(undefined, { env: { [variable]: `${most}d` } }), [], name);
      assert.deepEqual(problems(undefined, { env: { [variable]: `${most + 1}d` } }), [
        `${variable}: expected a duration of at most ${most}d, got "${most + 1}d"`,
      ]);
    }
  });
  it('in the environment or a flag is named by its name', () => {
    const env = {
      WHEELGATE_FOO: '1',
      WHEELGATE_GATE_HOLDBYTES: '1MB',
      WHEELGATE_UPSTREAMS: '[{"name": "a", "auth": {"password": "hush"',
    };
    assert.deepEqual(problems(undefined, { env }), [
      'WHEELGATE_FOO: no setting has this name',
      'WHEELGATE_GATE_HOLDBYTES: no setting has this name (did you mean "WHEELGATE_GATE_HOLD_BYTES"?)',
      'WHEELGATE_UPSTREAMS: expected a list: a,b,c or JSON',
    ]);
    const sources = { env: { WHEELGATE_DECISIONS_KEEP: 'all' }, flags: { listen: 'x' } };
    assert.deepEqual(problems('contact: c', sources).sort(), [
      `--listen: ${expectedGot('HOST:PORT such as 127.0.0.1:8080 or [::1]:8080', '"x"')}`,
      `WHEELGATE_DECISIONS_KEEP: ${expectedGot('a number', '"all"')}`,
    ]);
  });
  it('is not made of variables that others set', () => {
    const env = {
      WHEELGATE_TEST_NETWORK: '1',
      WHEELGATE_SERVICE_HOST: '10.1.2.3',
      WHEELGATE_SERVICE_PORT_HTTP: '8080',
      WHEELGATE_PORT: 'tcp://10.1.2.3:8080',
      WHEELGATE_PORT_8080_TCP_ADDR: '10.1.2.3',
      NOT_WHEELGATE: 'x',
    };
    assert.deepEqual(problems(undefined, { env }), []);
  });

  const refused: [string, RegExp][] = [
    ['upstreams: []', /at least one entry/],
    ['upstreams: [{ name: a }, { name: b }]', /^c\.yaml:1:13: only the last .* omit "url"/],
    ['upstreams: [{ name: a, url: "http://a" }, { name: a }]', /duplicate upstream name "a"/],
    [
      'upstreams: [{ name: a, url: "http://a" }, { name: A }]',
      /duplicate upstream name "A" \(ignoring case\)/,
    ],
    ['upstreams: [{ name: a, url: "http://a", public: true }, { name: b }]', /be public/],
    [
      'upstreams: [{ name: a, url: "http://a", claims: [A_b] }, { name: b, claims: [a-b] }]',
      /a-b is claimed by "a" already/,
    ],
    ['upstreams: [{ name: a, url: "ftp://a" }]', /expected a URL/],
    ['upstreams: [{ name: a, url: "http://u:secret@a" }]', /credentials are not allowed in a URL/],
    ['upstreams: [{ name: a, files: ["https://a/"] }]', /expected a host/],
    ['upstreams: [{ name: a, files: ["a/b"] }]', /expected a host/],
    ['upstreams: [{ name: a, files: ["*"] }]', /expected a host/],
    ['upstreams: [{ name: a, files: ["*.com"] }]', /expected a host/],
    ['upstreams: [{ name: a, files: ["a.*.example.com"] }]', /expected a host/],
    ['upstreams: [{ name: a, auth: { username: u } }]', /expected one of password, password-file/],
    [
      'upstreams: [{ name: a, auth: { username: u, password: a, password-file: /b } }]',
      /expected one of password, password-file/,
    ],
    ['upstreams: [{ name: a, auth: { username: u, password-file: b } }]', /an absolute path/],
    ['upstreams: [{ name: a, absent: [401] }]', /expected a status such as 403/],
    ['upstreams: [{ name: a, absent: [200] }]', /expected a status such as 403/],
    ['upstreams: [{ name: a, claims: ["a b"] }]', /expected a project name/],
    ['trusted-proxies: [10.0.0.0/33]', /expected an address or a network/],
    ['trusted-proxies: [everybody]', /expected an address or a network/],
    ['serve: { accel: x-accel-redirect }', /reverse proxy must be listed in "trusted-proxies"/],
    ['serve: { accel: yes }', /expected/],
    ['serve: { workers: 0 }', /expected 1 or more/],
    ['listen: "[nonsense]:80"', /expected HOST:PORT/],
    ['listen: "localhost:65536"', /expected HOST:PORT/],
    ['contact: "a\\nb"', /one line of plain text/],
    ['inspection: { members: 0 }', /expected 1 or more/],
    ['inspection: { depth: 1.5 }', /expected a whole number/],
    ['- a', /expected keys and values/],
  ];
  for (const [text, message] of refused)
    it(`is refused: ${text}`, () => assert.match(problems(text).join('\n'), message));
  it('has its twin that is right', () => {
    const text = `
listen: "[::1]:0"
upstreams:
  - { name: a, url: "http://a:8080/simple", files: [A.example.com, "b:8443"], claims: ["acme-*"], inspect: false }
  - { name: b, timeouts: { connect: 2s } }
trusted-proxies: [10.0.0.0/8, loopback, "fe80::/10"]
`;
    assert.deepEqual(problems(text), []);
    const { upstreams, listen } = load(text);
    assert.deepEqual(listen, { host: '::1', port: 0 });
    assert.deepEqual(upstreams[0]!.files, ['a.example.com', 'b:8443']);
    assert.deepEqual(upstreams[1]!.timeouts, {
      connect: 2000,
      headers: 30_000,
      body: 60_000,
      page: 60_000,
    });
  });
  it('with a password does not repeat it', () => {
    const text = 'upstreams: [{ name: a, auth: { username: u, password: 12345 } }]';
    assert.doesNotMatch(problems(text).join(), /12345/);
    assert.doesNotMatch(problems('upstreams: [{ name: a, url: "ftp://u:hush@a" }]').join(), /hush/);
  });
});

describe('what is shipped beside the code', () => {
  it('is the JSON Schema that the code gives (else `npm run schemas`)', () => {
    const shipped = JSON.parse(readFileSync('schema/config.schema.json', 'utf8'));
    assert.deepEqual(shipped, JSON.parse(configJsonSchema()));
  });
  it('documents every setting, its variable and its default', () => {
    const page = readFileSync('docs/configuration.md', 'utf8').replace(/ +/g, ' ');
    for (const { name, variable, default: value, description } of CONFIG_KEYS) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      assert.ok(row, name);
      assert.ok(row.includes(`| \`${variable}\` |`), `${name} and ${variable}`);
      assert.notEqual(description, '', name);
      const scalar = value !== undefined && typeof value !== 'object';
      if (scalar) assert.ok(row.includes(`| \`${String(value)}\` |`), `${name}: ${String(value)}`);
    }
  });
});
