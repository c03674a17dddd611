import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { readTokens } from '../../src/access/tokens-file.js';
import { ConfigError, loadConfig } from '../../src/config/load.js';
import { expectedGot, unknownKey } from '../../src/messages/settings.js';
import { createLog } from '../../src/runtime/log.js';
import { formatProblem } from '../../src/yaml/problem.js';
import { saying } from '../support/messages.js';

const folder = mkdtempSync(join(tmpdir(), 'wheelgate-secrets-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** No part of it is a word that a message might have of its own. */
const SECRET = 'hunter2Xq';
const PARTS = /hunter2|nter2X|ter2Xq/i;

interface Given {
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
}

/** What is said of settings; undefined where they hold. */
function said({ file, env = {}, flags = {} }: Given): string | undefined {
  const path = join(folder, 'c.yaml');
  if (file !== undefined) writeFileSync(path, file);
  try {
    loadConfig({ ...(file !== undefined && { file: path }), env, flags, cwd: folder });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message;
  }
}

/** Ways to write a secret that mean something else than was meant, or nothing at all. */
const SHAPES = [
  SECRET,
  `"${SECRET}"`,
  `[${SECRET}]`,
  `{${SECRET}}`,
  `{${SECRET}: x}`,
  `{ci:${SECRET}}`,
  `ci:${SECRET}`,
  `{ username: ci, password:${SECRET} }`,
  `{ username: ci, pasword: ${SECRET} }`,
  `{ username: ci, password: [${SECRET}] }`,
  `{ username: ci, password: { is: ${SECRET} } }`,
  `{ username: { ci: ${SECRET} }, password: x }`,
  `"\\${SECRET}"`,
  `"${SECRET}`,
  `!${SECRET}`,
  `!${SECRET} x`,
  `&${SECRET} x`,
  `&${SECRET}`,
  `*${SECRET}`,
  `|${SECRET}`,
  `>${SECRET}`,
  `@${SECRET}`,
  `%${SECRET}`,
  `\`${SECRET}`,
  `? ${SECRET}`,
  `- ${SECRET}`,
  `x: ${SECRET}: y`,
  `}${SECRET}`,
  `https://ci:${SECRET}@index.example.com/simple/`,
  `https://ci:p@${SECRET}@index.example.com/simple/`,
  `https://ci:p/${SECRET}@index.example.com/simple/`,
  `https://ci:p#${SECRET}@index.example.com/simple/`,
  `https://ci:p?${SECRET}@index.example.com/simple/`,
  `"https://ci:p ${SECRET}@index.example.com/simple/"`,
  `ci:p@${SECRET}@index.example.com`,
  `//ci:${SECRET}@index.example.com`,
  `ftp://ci:${SECRET}@index.example.com`,
  `https://index.example.com/simple/?token=${SECRET}`,
  `https://index.example.com/simple/#${SECRET}`,
  `index.example.com/${SECRET}`,
];

describe('a secret in the settings', () => {
  const places: [string, (shape: string) => string][] = [
    ['auth', (shape) => `upstreams:\n  - name: a\n    url: http://a\n    auth: ${shape}\n`],
    [
      'password',
      (shape) =>
        `upstreams:\n  - name: a\n    url: http://a\n    auth:\n      username: ci\n      password: ${shape}\n`,
    ],
    [
      'where a password should begin',
      (shape) =>
        `upstreams:\n  - name: a\n    auth:\n      password:${shape}\n      username: ci\n`,
    ],
    ['the URL', (shape) => `upstreams:\n  - name: a\n    url: ${shape}\n`],
    ['the place of an upstream', (shape) => `upstreams:\n  - ${shape}\n`],
    ['the place of all upstreams', (shape) => `upstreams: ${shape}\n`],
    ['upstream', (shape) => `upstream: ${shape}\n`],
    ['public-url', (shape) => `public-url: ${shape}\n`],
    ['files', (shape) => `upstreams:\n  - name: a\n    files: [${shape}]\n`],
    ['tls', (shape) => `tls: ${shape}\n`],
    ['access', (shape) => `access: { tokens: ${shape} }\n`],
    ['no setting at all', (shape) => `password: ${shape}\n`],
  ];
  for (const [place, write] of places)
    it(`is not repeated, whatever its shape: ${place}`, () => {
      let refused = 0;
      for (const shape of SHAPES) {
        // A host alone may be repeated, and a path of its own choosing.
        if (place === 'files' && !shape.includes('@')) continue;
        const message = said({ file: write(shape) });
        if (message === undefined) continue;
        refused += 1;
        assert.doesNotMatch(message, PARTS, `${write(shape)}\n${message}`);
        assert.match(message, /c\.yaml(:\d+:\d+)?: \S/);
      }
      assert.ok(refused >= 5, `${refused} refused`);
    });

  it('is called by its variable where it comes from one, in any setting', () => {
    const texts = [
      `upstreams: [{ name: a, url: "http://a", auth: "\${S}" }]`,
      `upstreams: [{ name: a, url: "\${S}" }]`,
      `upstreams: ["\${S}"]`,
      `upstreams: "\${S}"`,
      `listen: "\${S}"`,
      `listen: "\${S}:x"`,
      `gate: { mode: "\${S}", hold-bytes: "x\${S}" }`,
      `cache: { disk: "\${S}" }`,
      `inspection: { members: "\${S}" }`,
      `trusted-proxies: ["\${S}"]`,
      `upstreams: [{ name: a, files: ["\${S}/x"] }]`,
      `upstreams: [{ name: "\${S}", url: "http://a" }, { name: "\${S}" }]`,
      `log: { level: "\${S}" }`,
      `contact: "\${S}\\n"`,
    ];
    for (const text of texts)
      for (const value of [SECRET, `https://ci:p@${SECRET}@host`, `${SECRET} ${SECRET}`]) {
        const message = said({ file: text, env: { S: value } });
        assert.ok(message !== undefined, text);
        assert.doesNotMatch(message, PARTS, `${text}\n${message}`);
      }
    assert.match(
      said({ file: `listen: "\${S}"`, env: { S: SECRET } })!,
      /got the content of \$\{S\}/,
    );
  });

  it('is not repeated from the environment or a flag', () => {
    const values = [
      `https://ci:${SECRET}@index.example.com/?`,
      `https://ci:p@${SECRET}@index.example.com/#x`,
      `ci:p@${SECRET}@index.example.com`,
      `ftp://ci:p/${SECRET}@index.example.com`,
    ];
    for (const value of values) {
      const places: Given[] = [
        { env: { WHEELGATE_UPSTREAM: value } },
        { env: { WHEELGATE_UPSTREAMS: value } },
        { env: { WHEELGATE_UPSTREAMS: JSON.stringify([{ name: 'a', auth: value }]) } },
        {
          env: {
            WHEELGATE_UPSTREAMS: JSON.stringify([{ name: 'a', auth: { password: [value] } }]),
          },
        },
        { env: { WHEELGATE_LISTEN: value } },
        { env: { WHEELGATE_TRUSTED_PROXIES: value } },
        { env: { WHEELGATE_PUBLIC_URL: value } },
        { flags: { upstream: value } },
      ];
      for (const given of places) {
        const message = said(given);
        assert.ok(message !== undefined, JSON.stringify(given));
        assert.doesNotMatch(message, PARTS, `${JSON.stringify(given)}\n${message}`);
      }
    }
  });

  it('has its twin: what is no secret is repeated, for that says best what is wrong', () => {
    assert.match(said({ file: 'listen: nowhere' })!, /got "nowhere"/);
    assert.match(
      said({ file: 'gate: { mode: strem }' })!,
      /got "strem" \(did you mean "stream"\?\)/,
    );
    assert.match(said({ file: 'gate: { mood: hold }' })!, saying(unknownKey('mood')));
    assert.match(
      said({ file: 'upstreams: [{ name: a, inspect: "no" }]' })!,
      saying(expectedGot('true or false', '"no"')),
    );
  });
});

describe('a secret in the tokens', () => {
  it('is not repeated, whatever its shape', async () => {
    const path = join(folder, 'tokens.yaml');
    for (const shape of SHAPES)
      for (const text of [
        `tokens: ${shape}\n`,
        `tokens:\n  - ${shape}\n`,
        `tokens:\n  - user: a\n    hash: ${shape}\n`,
        `tokens:\n  - user: a\n    hash: sha256:${'a'.repeat(64)}\n    expires: ${shape}\n    role: ${shape}\n`,
        `${shape}\n`,
      ]) {
        writeFileSync(path, text);
        const reading = await readTokens(path);
        const problems =
          'problems' in reading ? reading.problems.map(formatProblem).join('\n') : '';
        assert.doesNotMatch(problems, PARTS, `${text}\n${problems}`);
      }
  });
});

describe('a secret in the log', () => {
  it('is cut from every URL, in every field', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const log = createLog('info', destination);
    for (const url of [
      `https://ci:${SECRET}@host/x`,
      `https://ci:p@${SECRET}@host/x`,
      `http://ci:p/${SECRET}@host`,
      `redis://:${SECRET}?x#y@host`,
    ]) {
      log.info(url);
      log.info({ place: { url, list: [url] } }, 'x');
      log.warn({ err: new Error(`cannot reach ${url}`, { cause: new Error(url) }) }, `no ${url}`);
      log.error({ err: url }, 'x');
    }
    assert.equal(lines.length, 16);
    for (const line of lines) {
      assert.doesNotMatch(line, PARTS);
      assert.ok(JSON.parse(line));
    }
    log.info({ user: 'a@b.example' }, 'https://host/x');
    assert.match(lines.at(-1)!, /a@b\.example.*https:\/\/host\/x/);
  });
});

describe('a secret on the command line', () => {
  it('is not repeated on any output', () => {
    const url = `https://ci:p@${SECRET}@127.0.0.1:9`;
    for (const [args, env] of [
      [['serve', '--upstream', `${url}/#x`], {}],
      [['serve', `--upstreem=${url}`], {}],
      [['explain', 'demo', '--server', `${url} x`], {}],
      [
        ['explain', 'demo', '--server', 'http://127.0.0.1:9'],
        { WHEELGATE_TOKEN: `${SECRET}\n${SECRET}` },
      ],
      [['serve', '--listen', '127.0.0.1:0'], { HTTPS_PROXY: `ci:p@${SECRET}@proxy:99999` }],
      [
        ['serve', '--listen', '127.0.0.1:0', '--policies', 'none'],
        { HTTPS_PROXY: `http://ci:p/${SECRET}@proxy:x` },
      ],
    ] as const) {
      const main = resolve('build/src/cli/main.js');
      const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, WHEELGATE_FEED_URL: 'none', ...env },
        encoding: 'utf8',
        timeout: 120_000,
      });
      assert.equal(status, 2, `${args.join(' ')}: ${stderr}`);
      if ('HTTPS_PROXY' in env) assert.match(stderr, /HTTPS_PROXY is not a URL such as/);
      assert.doesNotMatch(stdout + stderr, PARTS, args.join(' '));
    }
  });
});
