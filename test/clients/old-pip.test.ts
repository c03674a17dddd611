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

const pip = client('pip2301');

/** Debian 12's pip: it reads JSON pages, and takes `dist-info-metadata` there for a text (PEP 714). */
describe('pip 23.0.1', { skip: pip.skip }, () => {
  let gate: TestGate;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-old-pip-'));
    gate = await startGate();
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  const install = (project: string, ...more: string[]) =>
    runClient(
      pip.found!,
      [
        'install',
        '--no-cache-dir',
        '--target',
        join(folder, project),
        '--index-url',
        `${gate.url}/simple/`,
        ...more,
        project,
      ],
      { cwd: folder },
    );

  for (const form of ['JSON', 'HTML'] as const)
    it(`installs what an upstream lists in ${form}, with what it needs`, async () => {
      gate.upstream.htmlOnly = form === 'HTML';
      const [name, needed] = [`app-${form}`.toLowerCase(), `lib-${form}`.toLowerCase()];
      const plain = (text: string) => text.replace('-', '_');
      gate.upstream.addProject(name, [
        buildWheel({ name: plain(name), version: '1.0', requires: [needed] }),
      ]);
      gate.upstream.addProject(needed, [buildWheel({ name: plain(needed), version: '1.0' })]);
      const run = await install(name);
      assert.equal(run.code, 0, run.text);
      assert.match(run.text, new RegExp(`Successfully installed ${name}-1.0 ${needed}-1.0`));
    });

  it('steps over a refused release, and installs whatever an upstream says of sidecars', async () => {
    gate.upstream.htmlOnly = false;
    const sidecars = [true, false, null, 'true', 'sha256', {}];
    const keys = ['core-metadata', 'dist-info-metadata', 'data-dist-info-metadata'];
    for (const [index, sidecar] of sidecars.entries()) {
      const name = `odd${index}`;
      const { metadata, ...dist } = buildWheel({ name, version: '1.0' });
      const sha256 = createHash('sha256').update(metadata!).digest('hex');
      const said = sidecar === 'sha256' ? { sha256 } : sidecar;
      gate.upstream.addProject(name, [
        {
          dist: { ...dist, ...(sidecar === 'sha256' && { metadata }) },
          extra: {
            ...Object.fromEntries(keys.map((key) => [key, said])),
            'requires-python': null,
            yanked: null,
            'gpg-sig': null,
          },
        },
        buildWheel({ name, version: '2.0', files: { [`${name}.pth`]: 'import os\n' } }),
      ]);
      const refused = `${name}-2.0-py3-none-any.whl`;
      assert.equal((await gate.get(`/files/${name}/${refused}`)).status, 403);
      const run = await install(name, '--no-deps');
      assert.equal(run.code, 0, run.text);
      assert.match(run.text, new RegExp(`Successfully installed ${name}-1.0`));
    }
  });
});
