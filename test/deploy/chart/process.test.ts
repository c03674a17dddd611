import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { listensOn } from '../../../src/messages/start.js';
import { freePort } from '../../support/free-port.js';
import { ANY, valuesOf } from '../../support/messages.js';
import { required } from '../../support/requirements.js';
import { environmentOf, gateContainer } from './pod.js';
import { helm, only, render } from './render.js';

/** As a container is started: mounts of its own, the root read-only but for two folders, no capability, none to be had. */
const AS_A_POD = `
for folder in "$1" "$2"; do mount --bind "$folder" "$folder"; done
mount -o remount,bind,ro /
shift 2
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;
const unshare = ['--mount', '--propagation', 'private'];

function mayIsolate() {
  const { status } = spawnSync('unshare', [...unshare, 'setpriv', '--bounding-set=-all', 'true']);
  return required(
    status === 0 ? 'unshare' : undefined,
    'the right to mount',
    'run the tests as root, on Linux, with unshare and setpriv (util-linux)',
  );
}

const isolation = mayIsolate();

describe('the command of a pod', { skip: helm.skip || isolation.skip }, () => {
  let folder: string;
  before(async () => {
    // Not in /tmp: only what is on the root's file system becomes read-only with it.
    await mkdir('build', { recursive: true });
    folder = await mkdtemp(resolve('build/test-pod-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('serves on a root that is read-only, without capabilities, and ends well when told to', async () => {
    const port = await freePort();
    const manifests = render({ listen: `127.0.0.1:${port}`, feed: { url: 'none' } });
    const statefulSet = only(manifests, 'StatefulSet');
    const { args, startupProbe, readinessProbe } = gateContainer(statefulSet);
    for (const name of ['data', 'tmp', 'settings']) await mkdir(join(folder, name));
    const settings = only(manifests, 'ConfigMap').data as Record<string, string>;
    for (const [name, text] of Object.entries(settings))
      await writeFile(join(folder, 'settings', name), text);
    /** Where the container has it, to where it is here. */
    const here = (text: string) =>
      text
        .replace('/etc/wheelgate/settings', join(folder, 'settings'))
        .replace('/var/lib/wheelgate', join(folder, 'data'));
    const env = Object.entries(environmentOf(statefulSet)).map(([name, value]) => [
      name,
      here(value),
    ]);
    const child = spawn(
      'unshare',
      [
        ...[...unshare, 'sh', '-ec', AS_A_POD, 'sh', join(folder, 'data'), join(folder, 'tmp')],
        ...[process.execPath, resolve('build/src/cli/main.js'), ...args.map(here)],
      ],
      {
        env: { PATH: process.env.PATH, ...Object.fromEntries(env), TMPDIR: join(folder, 'tmp') },
        cwd: folder,
      },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
      });
    const closed = once(child, 'close');
    try {
      while (!valuesOf(listensOn(ANY)).test(said)) {
        assert.equal(child.exitCode, null, said);
        await Promise.race([once(child.stdout, 'data'), closed]);
      }
      for (const { httpGet } of [startupProbe, readinessProbe]) {
        const answer = await fetch(`http://127.0.0.1:${port}${httpGet.path}`);
        assert.equal(answer.status, 200, await answer.text());
      }
      assert.ok((await readdir(join(folder, 'data'))).includes('decisions.jsonl'));
    } finally {
      child.kill('SIGTERM');
    }
    assert.deepEqual(await closed, [0, null], said);
    assert.doesNotMatch(said, /EROFS|EACCES|EPERM/);
  });
});
