import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';
import { listensOn } from '../../src/messages/start.js';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { ANY, saying } from '../support/messages.js';
import { type Run, runCommand } from '../support/run-command.js';
import { ask } from '../support/wheelgate.js';
import { type Uses, usesOf } from './uses.js';

type Args = readonly string[];

/** The commands that do something, by their names without the program's. */
function commandsOf(command: Command, names: Args = []): [string, Command][] {
  if (command.commands.length === 0) return [[names.join(' '), command]];
  return command.commands.flatMap((below) => commandsOf(below, [...names, below.name()]));
}

const PROGRAM = createProgram(() => {});
const COMMANDS = commandsOf(PROGRAM);
/** The commands above these, which do nothing by themselves. */
const GROUPS = PROGRAM.commands.filter(({ commands }) => commands.length > 0);

interface WrongUse {
  readonly args: Args;
  /** Whether it is tried as JSON, too: once for each way to an error. */
  readonly json: boolean;
}

/** The wrong uses that the definition of a command shows, and those of the table. */
function wrongUses(command: Command, { right, values, wrong }: Uses): WrongUse[] {
  const args = command.registeredArguments;
  const [first = []] = right;
  const valued = command.options.filter(({ required }) => required);
  const both = [
    ...wrong,
    [...first, '--nonsense'],
    [...first, '--nonsense=secret'],
    [...first, '-x'],
    ...(args.some(({ required }) => required) ? [[]] : []),
    ...(args.some(({ variadic }) => variadic)
      ? []
      : [[...Array.from({ length: args.length + 1 }, () => 'pip')]]),
    ...valued.map(({ long }) => [...first, long!]),
  ];
  const bad = valued.flatMap(({ long }) => {
    const given = values[long!]!;
    return (given === 'any text' ? [] : given).map((value, index) => ({
      args: [...first, long!, value],
      json: index === 0,
    }));
  });
  return [...both.map((args) => ({ args, json: true })), ...bad];
}

/** A server logs as it starts. */
function withoutLog(text: string): string {
  return text.replaceAll(/^\{"level".*\n/gm, '');
}

describe('the exit code of a command', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let server: GateProcess;
  let receiver: Server;

  const run = (args: Args, stopAt?: RegExp): Promise<Run> =>
    runCommand(args, {
      cwd: folder,
      stopAt,
      env: {
        PATH: process.env.PATH,
        HOME: join(folder, 'home'),
        WHEELGATE_FEED_URL: 'none',
      },
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-uses-'));
    const honest = buildWheel({ name: 'honest' });
    const hooked = buildWheel({
      name: 'hooked',
      files: { 'hooked/__init__.py': '', 'hooked.pth': 'import os, hooked\n' },
    });
    upstream = await startFakeUpstream();
    upstream.addProject('honest', [honest]);
    upstream.addProject('hooked', [hooked]);
    upstream.addProject('denied', [buildWheel({ name: 'denied' })]);
    receiver = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(204).end());
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    const { port } = receiver.address() as AddressInfo;
    const record = {
      id: 'MAL-2026-7',
      affected: [{ package: { ecosystem: 'PyPI', name: 'other' }, versions: ['1.0'] }],
    };
    const environment = 'environment/lib/python3.12/site-packages';
    for (const name of ['empty', 'home', 'policies', 'typo', 'written', 'feed', environment])
      await mkdir(join(folder, name), { recursive: true });
    const files = {
      'notes.md': 'nothing but text\n',
      'broken.yaml': 'listen: [\n',
      'typo.yaml': 'lisen: 127.0.0.1:0\n',
      'right.yaml': `data: new\nupstreams: [{ name: pypi, url: "${upstream.url}" }]\nwebhooks: [{ name: chat, url: "http://127.0.0.1:${port}/" }]\n`,
      'typo/policy.yaml': 'denny: []\n',
      'policies/policy.yaml': 'waiver-max: 30d\ndeny: [{ project: denied, reason: "not here" }]\n',
      'feed/MAL-2026-7.json': JSON.stringify(record),
      'requirements.txt': 'honest==1.0\n',
      'environment/pyvenv.cfg': 'home = /usr/bin\n',
      [honest.filename]: honest.bytes,
      [hooked.filename]: hooked.bytes,
    };
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), content);
    server = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--policies', 'policies'],
    });
    await ask(`${server.url}/files/honest/${honest.filename}`);
    await ask(`${server.url}/files/hooked/${hooked.filename}`);
  });
  after(async () => {
    await server?.end('SIGKILL');
    await upstream?.close();
    receiver?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** In words one line on standard error, as JSON one value on standard output. */
  async function assertWrong({ args, json: alsoJson }: WrongUse) {
    const said = args.join(' ');
    const asked = args.includes('--json');
    const [words, json] = await Promise.all([
      asked ? undefined : run(args),
      alsoJson ? run(asked ? args : [...args, '--json']) : undefined,
    ]);
    if (words !== undefined) assertWords(said, words);
    if (json !== undefined) assertJson(said, json);
  }

  function assertJson(said: string, json: Run) {
    assert.equal(json.code, 2, `${said} --json: ${json.out}${json.err}`);
    assert.equal(withoutLog(json.err), '', `${said} --json`);
    const errors = [JSON.parse(json.out)].flat().flatMap(({ error }) => error ?? []);
    assert.equal(errors.length, 1, `${said} --json: ${json.out}`);
    assert.doesNotMatch(errors[0], /^error|secret|\n/, `${said} --json`);
  }

  function assertWords(said: string, { code, out, err }: Run) {
    assert.equal(code, 2, `${said}: ${out}${err}`);
    assert.match(withoutLog(err), /^wheelgate: \S[^\n]*\n$/, `${said}: ${out}`);
    assert.doesNotMatch(err, /secret|^wheelgate: E[A-Z]{3,}|\bat .*\.js:/m, said);
  }

  it('has its uses in the table, for every command, with every option', () => {
    const uses = usesOf('http://127.0.0.1:8080');
    assert.deepEqual(
      Object.keys(uses),
      COMMANDS.map(([name]) => name),
    );
    for (const [name, command] of COMMANDS) {
      const { right, values } = uses[name]!;
      const used = new Set(right.flat());
      const long = command.options.map((option) => option.long!);
      assert.deepEqual(
        long.filter((option) => !used.has(option)),
        [],
        `${name}: no right use`,
      );
      const valued = command.options.filter(({ required }) => required);
      assert.deepEqual(
        Object.keys(values),
        valued.map((option) => option.long),
        name,
      );
    }
  });

  for (const [name, command] of COMMANDS) {
    it(`${name} is 0 or 1 for a right use`, async () => {
      const endless = { serve: saying(listensOn(ANY)), watch: /"event":"watching"/ };
      for (const args of usesOf(server.url)[name]!.right) {
        const whole = [...name.split(' '), ...args];
        const stopAt = endless[name as keyof typeof endless];
        const { code, out, err } = await run(whole, stopAt);
        assert.ok(code === 0 || code === 1, `${whole.join(' ')}: ${code}: ${out}${err}`);
        if (args.includes('--json') && stopAt === undefined) JSON.parse(out);
      }
    });

    it(`${name} is 2 for a wrong use, with one line that says why, or JSON`, async () => {
      for (const { args, json } of wrongUses(command, usesOf(server.url)[name]!))
        await assertWrong({ args: [...name.split(' '), ...args], json });
    });
  }

  it('is 2 for a command that there is none of, and where it is missing', async () => {
    for (const args of [[], ...GROUPS.map((group) => [group.name()])]) {
      for (const wrong of [['nonsense'], ['--nonsense=secret'], ['help', 'nonsense']])
        await assertWrong({ args: [...args, ...wrong], json: true });
      const { code, out, err } = await run(args);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err, /^Usage: wheelgate/);
      assert.equal((await run([...args, '--json'])).code, 2);
      for (const right of [['--help'], ['help']])
        assert.match((await run([...args, ...right])).out, /^Usage: wheelgate/);
    }
  });
});
