import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { askForWaiver } from '../../src/messages/refusals.js';
import { unknownKey } from '../../src/messages/settings.js';
import { AGENTS } from '../support/agents.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { saying } from '../support/messages.js';
import { type Run, runCommand } from '../support/run-command.js';
import { ask } from '../support/wheelgate.js';

const MAIN = resolve('build/src/cli/main.js');

describe('the command line', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let server: GateProcess;
  let url: string;
  const hooked = buildWheel({
    name: 'hooked',
    files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os\n' },
  });
  const honest = buildWheel({ name: 'honest' });

  const run = (...args: string[]): Promise<Run> =>
    runCommand(args, {
      cwd: folder,
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') },
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-cli-'));
    upstream = await startFakeUpstream();
    upstream.addProject('demo', [buildWheel(), buildWheel({ version: '2.0' })]);
    upstream.addProject('honest', [honest, buildSdist({ name: 'honest' })]);
    upstream.addProject('unopened', [
      buildWheel({ name: 'unopened' }),
      buildWheel({ name: 'unopened', version: '2.0' }),
    ]);
    await mkdir(join(folder, 'mine'));
    await mkdir(join(folder, 'warning'));
    await writeFile(
      join(folder, 'warning', 'warn.yaml'),
      'rules: {deny: {action: warn}}\ndeny: [{project: unopened, reason: careful}]\n',
    );
    await writeFile(
      join(folder, 'mine', 'deny.yaml'),
      'deny: [{project: demo, versions: "==2.0", reason: "bad day", reference: X-7}, {project: unopened, versions: "==2.0", reason: "bad day"}]\n',
    );
    for (const dist of [hooked, honest]) await writeFile(join(folder, dist.filename), dist.bytes);
    server = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--policies', 'mine'],
      env: {
        WHEELGATE_DASHBOARD_IDENTITIES: 'shown',
        WHEELGATE_CONTACT: 'https://chat.example.com/packages',
      },
    });
    url = server.url;
  });
  after(async () => {
    await server.end('SIGKILL');
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('serve serves', async () => {
    assert.equal((await ask(`${url}/simple/demo/`)).status, 200);
    assert.equal((await ask(`${url}/files/demo/demo-1.0-py3-none-any.whl`)).status, 200);
  });

  it('explain takes the URL of the index for that of its server', async () => {
    const { code, out } = await run('explain', 'demo==1.0', '--server', `${url}/simple/`);
    assert.equal(code, 0);
    assert.match(out, /demo-1\.0/);
  });

  it('explain says what would let a refused file through, and whom to ask', async () => {
    const { code, out } = await run('explain', 'demo==2.0', '--server', url);
    assert.equal(code, 1);
    assert.match(
      out,
      /to allow it: waivers: \[\{ rule: deny, project: demo, versions: "==2\.0", reason: …/,
    );
    assert.match(out, saying(`\n${askForWaiver('https://chat.example.com/packages')}\n`));
    const allowed = await run('explain', 'demo==1.0', '--server', url);
    assert.doesNotMatch(allowed.out, /to allow it|To ask/);
  });

  it('explain tells the last day of a waiver as it was written', async () => {
    const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    await mkdir(join(folder, 'waived'), { recursive: true });
    const waiver = { rule: 'deny', project: 'demo', versions: '==2.0', reason: 'x', owner: 'y' };
    await writeFile(
      join(folder, 'waived', 'p.yaml'),
      JSON.stringify({
        deny: [{ project: 'demo', reason: 'bad day' }],
        waivers: [{ ...waiver, expires: day }],
      }),
    );
    const args = ['explain', 'demo==2.0', '--server', url, '--policies', 'waived'];
    assert.match((await run(...args)).out, new RegExp(`waived until ${day} by y: x`));
  });

  it('explain has nothing to say of versions that are not there, and exits with 2', async () => {
    const { code, err } = await run('explain', 'demo==9', '--server', url);
    assert.equal(code, 2);
    assert.match(err, /no file of demo matches demo==9/);
    const json = await run('explain', 'demo==9', '--server', url, '--json');
    const { files, error } = JSON.parse(json.out);
    assert.deepEqual([json.code, files, error], [2, [], 'no file of demo matches demo==9']);
  });

  it('explain --policies says what another policy would make of the same files', async () => {
    await mkdir(join(folder, 'lenient'), { recursive: true });
    await writeFile(join(folder, 'lenient', 'p.yaml'), 'rules: {sdist: {action: warn}}\n');
    const both = await run('explain', 'demo', '--server', url, '--policies', 'lenient');
    assert.equal(both.code, 0, both.err);
    assert.match(
      both.out,
      /BLOCK {2}demo-2\.0.*under lenient: not inspected yet\n.*1 of 2 verdicts would change/s,
    );
    const json = await run(
      'explain',
      'demo==2.0',
      '--server',
      url,
      '--policies',
      'lenient',
      '--json',
    );
    const [file] = JSON.parse(json.out).files;
    assert.deepEqual(
      [file.verdict, file.proposed.verdict, file.facts],
      ['block', 'allow', undefined],
    );
    await mkdir(join(folder, 'cool'), { recursive: true });
    await writeFile(
      join(folder, 'cool', 'p.yaml'),
      'rules: {cooldown: {action: block, age: 5000w}}\n',
    );
    const cool = await run('explain', 'demo==1.0', '--server', url, '--policies', 'cool');
    await mkdir(join(folder, 'denying'), { recursive: true });
    await writeFile(
      join(folder, 'denying', 'p.yaml'),
      `deny: [{sha256: ${honest.sha256}, reason: stealer}]\n`,
    );
    const pair = await run('explain', 'honest', '--server', url, '--policies', 'denying');
    assert.match(pair.out, /its wheel honest-1\.0-\S+ is refused: .*stealer \(deny\)/);
    assert.match(pair.out, /2 of 2 verdicts would change/);
    assert.match(cool.out, /since 2020-01-01T00:00:00\.000Z, until 21\d\d-/);
    assert.equal((await run('explain', 'demo', '--server', url, '--policies', 'none')).code, 2);
  });

  it('token makes one and shows its hash, and the commands show it to a server that asks', async () => {
    const made = await run('token', 'ci', '--role', 'admin', '--expires', '2099-01-31', '--json');
    const { token, entry } = JSON.parse(made.out);
    assert.equal(made.code, 0);
    assert.match(
      (await run('token', 'ci')).out,
      /\nwheelgate_\S{43}\n.*\n {2}- \{ user: "ci", role: client, hash: "sha256:/,
    );
    for (const wrong of [
      ['a b'],
      ['ci', '--role', 'king'],
      ['ci', '--expires', 'soon'],
      ['ci', '--expires', '2020-01-31'],
    ])
      assert.equal((await run('token', ...wrong)).code, 2);
    await writeFile(join(folder, 'tokens.yaml'), JSON.stringify({ tokens: [entry] }));
    const guarded = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--data', 'guarded'],
      env: { WHEELGATE_ACCESS_TOKENS: 'tokens.yaml' },
    });
    try {
      const without = await run('explain', 'demo', '--server', guarded.url);
      assert.equal(without.code, 2);
      assert.match(without.err, /Provide a token.*WHEELGATE_TOKEN/);
      const named = guarded.url.replace('//', `//ci:${token}@`);
      assert.equal((await run('explain', 'demo', '--server', named)).code, 0);
      const nothing = await run('exposure', 'demo', '--server', named);
      assert.deepEqual(
        [nothing.code, nothing.out.split('\n')[1]],
        [2, 'the decision log is empty'],
      );
    } finally {
      await guarded.end('SIGKILL');
    }
  });

  it('feed sync fetches it, and inspect, audit and check go by it', async () => {
    await mkdir(join(folder, 'osv'), { recursive: true });
    const record = {
      id: 'MAL-2026-7',
      affected: [{ package: { ecosystem: 'PyPI', name: 'honest' }, versions: ['1.0'] }],
    };
    await writeFile(join(folder, 'osv', 'MAL-2026-7.json'), JSON.stringify(record));
    const home = join(folder, 'fed');
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'requirements.txt'), 'honest==1.0\n');
    const env = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
    const fed = (...args: string[]): Run => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
        cwd: home,
        env,
        encoding: 'utf8',
      });
      return { code: status ?? -1, out: stdout, err: stderr };
    };
    const file = join(folder, honest.filename);
    assert.equal(fed('inspect', file).code, 0);
    assert.match(fed('audit', 'requirements.txt').out, /no malware feed/);

    const synced = fed('feed', 'sync', '--url', join(folder, 'osv'));
    assert.deepEqual([synced.code, synced.err], [0, '']);
    assert.match(
      synced.out,
      /^1 record of 1 project from .*: 1 added, 0 changed, 0 removed \(whole\)/,
    );
    const inspected = fed('inspect', file);
    assert.equal(inspected.code, 1);
    assert.match(inspected.out, /malware according to MAL-2026-7/);
    const audited = fed('audit', 'requirements.txt');
    assert.deepEqual([audited.code, /MAL-2026-7/.test(audited.out)], [1, true]);

    const json = JSON.parse(fed('feed', 'sync', '--url', join(folder, 'osv'), '--json').out);
    assert.deepEqual([json.records, json.added], [1, 0]);
    const missing = fed('feed', 'sync', '--url', join(folder, 'nowhere'));
    assert.equal(missing.code, 2);
    assert.match(missing.err, /the feed could not be read/);
    assert.equal(fed('inspect', file).code, 1, 'a failed sync leaves the feed before it');
  });

  it('exposure says who was given what, from a server or from the files, as text, JSON and CSV', async () => {
    const file = 'demo-1.0-py3-none-any.whl';
    await ask(`${url}/files/demo/${file}`, { 'user-agent': 'pip/26.3\u00e9 =1+1' });
    await ask(`${url}/files/demo/${file}`, { 'user-agent': AGENTS.pip });
    const table = await run('exposure', 'demo==1.0', '--server', url);
    assert.equal(table.code, 1, table.err);
    assert.match(table.out, / {2}pip 26\.3 \(CPython 3\.11\.7, Linux\)\n/);
    assert.match(
      table.out,
      /127\.0\.0\.1 {2}the whole file\n {4}demo-1\.0-py3-none-any\.whl {2}pip\/26\.3/,
    );
    assert.match(table.out, /by 1 client\nlog coverage starts at 20/);
    const { requests } = JSON.parse((await run('exposure', 'demo', '--server', url, '--json')).out);
    assert.ok(requests.some(({ userAgent }: any) => userAgent === AGENTS.pip));
    const csv = await run('exposure', 'demo', '--log', 'data', '--csv');
    assert.equal(csv.out.trimEnd().split('\n').length, requests.length + 1);
    assert.match(csv.out, /^"time","client",/);
    const none = await run('exposure', 'demo==9', '--log', join('data', 'decisions.jsonl'));
    assert.deepEqual([none.code, none.out.split('\n')[0]], [0, 'no downloads']);
    for (const wrong of [
      [],
      ['!'],
      ['--sha256', '12'],
      ['demo', '--since', 'x'],
      ['demo', '--log', 'mine'],
    ])
      assert.equal((await run('exposure', ...wrong)).code, 2, wrong.join(' '));
  });

  it('explain says of each file what is made of it, exit code 1 where one is refused', async () => {
    const both = await run('explain', 'demo', '--server', url);
    assert.equal(both.code, 1, both.err);
    assert.match(both.out, /allow {2}demo-1\.0/);
    assert.match(both.out, /BLOCK {2}demo-2\.0.*\n.*bad day.*\n.*see X-7/);
    const one = await run('explain', 'demo==1.0', '--server', url, '--json');
    assert.equal(one.code, 0);
    assert.deepEqual(
      JSON.parse(one.out).files.map((file: any) => [
        file.version,
        file.standing,
        file.verdict,
        file.inspected,
      ]),
      [['1.0', 'allow', 'allow', true]],
    );
    const none = await run('explain', 'demo', '--server', 'http://127.0.0.1:9');
    assert.equal(none.code, 2);
    assert.match(none.err, /does not respond/);
    assert.equal((await run('explain', 'demo==x==y', '--server', url)).code, 2);
  });

  it('explain says of a file that nobody has opened that it is not inspected yet, and what its page alone would decide', async () => {
    const text = await run('explain', 'unopened', '--server', url);
    assert.equal(text.code, 1, text.err);
    assert.match(text.out, /not inspected yet {2}unopened-1\.0\S*\n {9}by its metadata: allow/);
    assert.match(text.out, /BLOCK {2}unopened-2\.0\S*\n {9}.*bad day/);
    assert.doesNotMatch(text.out, /^ {2}allow/m);
    const one = await run('explain', 'unopened', '--server', url, '--json');
    assert.deepEqual(
      JSON.parse(one.out).files.map(({ standing, verdict }: any) => [standing, verdict]),
      [
        ['not inspected yet', 'allow'],
        ['block', 'block'],
      ],
    );
    const warned = await run('explain', 'unopened==1.0', '--server', url, '--policies', 'warning');
    assert.match(
      warned.out,
      /under warning: not inspected yet\n.*by its metadata: WARN\n.*careful/,
    );
    assert.equal(warned.code, 0);
  });

  it('inspect gives findings and verdict, exit code 1 where one is refused', async () => {
    const good = await run('inspect', honest.filename);
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /honest-1\.0.*: allowed/);
    const bad = await run('inspect', honest.filename, hooked.filename, '--json');
    assert.equal(bad.code, 1);
    const [first, second] = JSON.parse(bad.out);
    assert.equal(first.verdict, 'allow');
    assert.equal(second.verdict, 'block');
    assert.equal(second.findings[0].code, 'pth-executable');
    const missing = await run('inspect', 'missing-1.0-py3-none-any.whl');
    assert.equal(missing.code, 2);
    assert.match(missing.err, /missing-1\.0-py3-none-any\.whl: no such file\n/);
    assert.equal((await run('inspect', 'mine/deny.yaml')).code, 1, 'not opened, so refused');
  });

  it('inspect says once what holds for many findings, and of no data that it is imported', async () => {
    const wheel = buildWheel({
      name: 'startup',
      files: {
        'sitecustomize/__init__.py': '',
        'sitecustomize/LICENSE': 'words\n',
        '__pycache__/usercustomize.cpython-311.pyc': 'x',
      },
    });
    await writeFile(join(folder, wheel.filename), wheel.bytes);
    const { code, out } = await run('inspect', wheel.filename);
    assert.equal(code, 1);
    const times = (text: string) => out.split(text).length - 1;
    assert.equal(times('finding site-customize: '), 3);
    assert.equal(times(' why: '), 1);
    assert.equal(times(' where: sha256 '), 3);
    assert.equal(times(' to allow it: waivers: [{ rule: startup-hook, project: startup, '), 1);
    const detail = (path: string) =>
      new RegExp(`finding site-customize: ${path} (.*)\n`).exec(out)?.[1];
    assert.equal(detail('sitecustomize/__init__\\.py'), 'is imported at every Python start');
    assert.equal(detail('__pycache__/.*\\.pyc'), 'is imported at every Python start');
    assert.equal(
      detail('sitecustomize/LICENSE'),
      'is in a package that every Python start imports',
    );
  });

  it('check validates policy files, exit code 1 with file, line and column', async () => {
    const good = await run('check', 'mine');
    assert.equal(good.code, 0, good.out);
    assert.match(good.out, /^ok: \d+ denials, \d+ known-good hooks, 0 waivers, mode enforce/m);
    await mkdir(join(folder, 'waiver'));
    const waiver = { rule: 'deny', project: 'demo', versions: '==2.0', reason: 'x', owner: 'y' };
    const waivers = async (...days: number[]) => {
      const entries = days.map((day) => ({
        ...waiver,
        expires: new Date(Date.now() + day * 86_400_000).toISOString(),
      }));
      await writeFile(join(folder, 'waiver', 'a.yaml'), JSON.stringify({ waivers: entries }));
      return (await run('check', 'waiver')).out;
    };
    assert.match(await waivers(20), /, 1 waiver, mode/);
    const all = await waivers(20, 2, 3, -1);
    assert.match(all, /, 3 waivers \(2 expiring within a week\), 1 expired waiver, mode/);
    assert.match(all, /the waiver of deny for demo ==2\.0 \(owner: y\) expired .* has no effect/);
    assert.match(all, /the waiver of deny for demo ==2\.0 \(owner: y\) expires 2/);
    await mkdir(join(folder, 'waiver', 'tests'));
    const tested = async (...tests: object[]) => {
      await writeFile(join(folder, 'waiver', 'tests', 'a.yaml'), JSON.stringify({ tests }));
      return run('check', 'waiver');
    };
    const test = { name: 'n', file: 'demo-3.0.tar.gz', expect: { verdict: 'block' } };
    const failing = await tested(test, { ...test, expect: { verdict: 'allow' } });
    assert.equal(failing.code, 1);
    assert.match(failing.out, /^not ok: .*, 3 waivers .*\n1 of 2 tests failed\n$/m);
    const invalid = await tested({ ...test, fiel: 1 });
    assert.equal(invalid.code, 1);
    assert.match(invalid.out, /^not ok: .*\n1 mistake in test files\n$/m);
    await mkdir(join(folder, 'broken'));
    await writeFile(
      join(folder, 'broken', 'a.yaml'),
      'deny:\n  - project: demo\n    version: "==1"\n    reason: x\n',
    );
    const bad = await run('check', 'broken', '--json');
    assert.equal(bad.code, 1);
    const { ok, problems } = JSON.parse(bad.out);
    assert.equal(ok, false);
    assert.equal(problems[0].line, 3);
    assert.match(problems[0].message, /version.*versions/);
  });

  it('check --config checks the policy of the settings against their upstreams and feed', async () => {
    const place = join(folder, 'configured');
    await mkdir(join(place, 'policies'), { recursive: true });
    await writeFile(
      join(place, 'wheelgate.yaml'),
      'policies: policies\nupstreams: [{ name: corp }]\nfeed: { url: none }\n',
    );
    await writeFile(
      join(place, 'policies', 'a.yaml'),
      'rules:\n  archive: { action: block, upstreams: [pypi] }\n  cooldown: { action: block, security-fixes: warn }\n',
    );
    const { code, out } = await run('check', '--config', 'configured/wheelgate.yaml');
    assert.equal(code, 0, out);
    assert.match(out, /a\.yaml:2:.*no upstream is named "pypi"/);
    assert.match(out, /a\.yaml:3:.*security-fixes: warn has no effect/);
    // Without settings nobody knows which upstreams there are.
    assert.doesNotMatch((await run('check', 'configured/policies')).out, /no upstream|no effect/);
    // A folder that is named is checked in place of theirs.
    const other = await run('check', 'mine', '--config', 'configured/wheelgate.yaml');
    assert.doesNotMatch(other.out, /no upstream/);
    assert.equal((await run('check', '--config', 'missing.yaml')).code, 2);
  });

  it('client has the lines of what resolves, builds and updates, and says what follows for a lock', async () => {
    for (const [client, line] of [
      ['pip-tools', 'index-url = "http://gate.example:8080/simple/"'],
      ['pipenv', 'url = "http://gate.example:8080/simple/"'],
      ['hatch', 'UV_DEFAULT_INDEX = "http://gate.example:8080/simple/"'],
      ['renovate', '"registryUrls": ["http://gate.example:8080/simple/"]'],
      ['dependabot', '    url: http://gate.example:8080/simple/'],
      ['docker', 'ENV PIP_TRUSTED_HOST=gate.example:8080'],
      ['github-actions', '  UV_DEFAULT_INDEX: http://gate.example:8080/simple/'],
      ['gitlab-ci', '  PIP_INDEX_URL: http://gate.example:8080/simple/'],
    ] as const) {
      const { code, out } = await run('client', client, '--server', 'http://gate.example:8080/');
      assert.equal(code, 0, client);
      assert.ok(out.includes(line), `${client}: ${out}`);
    }
    assert.match(
      (await run('client', 'uv')).out,
      /\n# uv\.lock records its index.*`uv lock` again/,
    );
    const unwritten = await run('client', 'docker', '--write');
    assert.equal(unwritten.code, 2);
    assert.match(unwritten.err, /docker has no command to write its settings/);
  });

  it('client prints the lines for each client, and writes them', async () => {
    const all = await run('client', '--server', 'http://gate.example:8080/');
    assert.equal(all.code, 0);
    for (const word of [
      'index-url = http://gate.example:8080/simple/',
      'trusted-host',
      '[[index]]',
      'priority = "primary"',
      '[[tool.pdm.source]]',
    ])
      assert.ok(all.out.includes(word), word);
    assert.equal((await run('client', 'npm')).code, 2);
    assert.equal((await run('client', '--server', 'nonsense')).code, 2);
    const written = await run('client', 'uv', '--write', '--server', url);
    assert.equal(written.code, 0, written.err);
    const file = join(folder, 'config', 'uv', 'uv.toml');
    assert.match(await readFile(file, 'utf8'), new RegExp(`url = "${url}/simple/"`));
    assert.match((await run('client', 'uv', '--write', '--server', url)).out, /already/);
    await appendFile(file, '\n[pip]\nno-color = true\n');
    const other = await run('client', 'uv', '--write', '--server', 'http://127.0.0.1:1');
    assert.equal(other.code, 0, other.err);
    const replaced = await readFile(file, 'utf8');
    assert.equal(replaced.match(/\[\[index\]\]/g)?.length, 1);
    assert.match(replaced, /url = "http:\/\/127\.0\.0\.1:1\/simple\/"/);
    assert.match(replaced, /no-color/);
    await writeFile(file, '[[index]]\nname = "mine"\nurl = "http://127.0.0.1:2/simple/"\n');
    assert.equal((await run('client', 'uv', '--write', '--server', url)).code, 2);
  });

  it('refuses wrong use, unknown settings and a bad policy with exit code 2', async () => {
    assert.equal((await run('sreve')).code, 2);
    assert.equal((await run('serve', '--port', '1')).code, 2);
    assert.equal((await run('--help')).code, 0);
    assert.equal((await run('--version')).code, 0);
    await writeFile(join(folder, 'bad.yaml'), 'gate:\n  hold-byts: 1MiB\n');
    const config = await run('serve', '--config', 'bad.yaml');
    assert.equal(config.code, 2);
    assert.match(config.err, saying(`bad.yaml:2:3: ${unknownKey('hold-byts', 'hold-bytes')}`));
    const policy = await run('serve', '--policies', 'broken', '--listen', '127.0.0.1:0');
    assert.equal(policy.code, 2);
    assert.match(policy.err, /a\.yaml:3:5/);
  });

  it('serve reloads its policy on SIGHUP, and on SIGTERM finishes what is under way', async () => {
    await writeFile(join(folder, 'mine', 'deny.yaml'), 'deny: []\n');
    process.kill(server.pid, 'SIGHUP');
    while ((await ask(`${url}/files/demo/demo-2.0-py3-none-any.whl`)).status !== 200);
    const late = buildWheel({ name: 'late', files: { 'late/x.txt': 'x'.repeat(5_000) } });
    upstream.addProject('late', [late]);
    upstream.fault(packagePath('late', late.filename), { kind: 'stall', after: 100 });
    const asked = ask(`${url}/files/late/${late.filename}`);
    while (upstream.requests(packagePath('late', late.filename)) === 0)
      await new Promise((resolve) => setImmediate(resolve));
    const closed = server.end('SIGTERM');
    upstream.release();
    assert.deepEqual((await asked).body, late.bytes);
    assert.equal(await closed, 0);
  });
});
