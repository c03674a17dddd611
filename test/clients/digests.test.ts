import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { client } from '../support/requirements.js';
import { runClient } from '../support/run-client.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const pip = (name: 'pip' | 'pip2301') => ({
  client: client(name),
  args: (index: string, target: string) =>
    ['install', '--no-cache-dir', '--no-deps', '--target', target, '--index-url', index] as const,
});
const CLIENTS = {
  pip: pip('pip'),
  'pip 23.0.1': pip('pip2301'),
  uv: {
    client: client('uv'),
    args: (index: string, target: string) =>
      [
        'pip',
        'install',
        '--no-cache',
        '--no-deps',
        '--target',
        target,
        '--default-index',
        index,
      ] as const,
  },
};
const DECLARED: readonly (readonly string[])[] = [
  ['sha512'],
  ['sha384'],
  ['md5'],
  ['sha1', 'sha224'],
  [],
  ['md5', 'sha512', 'sha256'],
];

/** Whatever an index declares, what we show is what clients can check, before we know the bytes and after. */
describe('real clients and digests', () => {
  let gate: TestGate;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-digests-'));
    gate = await startGate({
      withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, unhashed: 'pin' }] }),
    });
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, { client: program, args }] of Object.entries(CLIENTS))
    for (const form of ['JSON', 'HTML'] as const)
      it(`${name} installs what an index lists in ${form}, twice`, {
        skip: program.skip,
      }, async () => {
        gate.upstream.htmlOnly = form === 'HTML';
        const projects = DECLARED.map((algorithms, index) => {
          const project = `${name.replace(/\W/g, '')}${form}${index}`.toLowerCase();
          const dist = buildWheel({ name: project });
          const hashes = Object.fromEntries(
            algorithms.map((algorithm) => [
              algorithm,
              createHash(algorithm).update(dist.bytes).digest('hex'),
            ]),
          );
          const pairs = Object.entries(hashes).map(([algorithm, hex]) => `${algorithm}=${hex}`);
          const fragment = pairs.length === 0 ? '' : `#${pairs.join('&')}`;
          // What else an index may name is passed over.
          const more = { ...hashes, blake2b_256: 'ab'.repeat(32), 'x-odd': 'text' };
          gate.upstream.addProject(project, [{ dist, hashes: more, fragment }]);
          return project;
        });
        for (const target of ['first', 'second']) {
          const run = await runClient(
            program.found!,
            [...args(`${gate.url}/simple/`, join(folder, name + form + target)), ...projects],
            { cwd: folder },
          );
          assert.equal(run.code, 0, run.text);
        }
        gate.upstream.htmlOnly = false;
      });
});
