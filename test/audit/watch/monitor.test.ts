import assert from 'node:assert/strict';
import { rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AuditPolicy } from '../../../src/audit/audit-policy.js';
import type { SitePath } from '../../../src/audit/environment/site-path.js';
import { AuditError } from '../../../src/audit/report.js';
import type { WatchEvent } from '../../../src/audit/watch/events.js';
import { type Look, Monitor } from '../../../src/audit/watch/monitor.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { Policy } from '../../../src/policy/policy.js';
import { NOW, policyOf } from '../../policy/support.js';
import { recordLine, shippedPolicy, TestEnvironment } from '../../support/environment.js';
import { FakeTimers } from '../../support/fake-timers.js';

const QUIET = 2_000;
const PATIENCE = 300_000;
const HONEST = `import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim(); \n`;

describe('a monitor', () => {
  let environment: TestEnvironment;
  let timers: FakeTimers;
  let monitor: Monitor;
  let told: string[];
  let looks: Look[];
  let watched: readonly SitePath[];
  let polled: string[];
  let notice: (path: SitePath) => void;
  let policy: Policy;
  let blind: string | undefined;

  beforeEach(async () => {
    environment = await TestEnvironment.make();
    timers = new FakeTimers(NOW);
    [told, looks, watched, polled] = [[], [], [], []];
    policy = await shippedPolicy();
    blind = undefined;
  });
  afterEach(async () => {
    monitor?.close();
    await environment.remove();
  });

  async function start() {
    monitor = await Monitor.start({
      path: environment.root,
      policy: (now) => new AuditPolicy(policy, now),
      knownFor: (file) =>
        file === 'distutils-precedence.pth' ? ['setuptools' as ProjectName] : [],
      notices: (onChange) => {
        notice = onChange;
        return {
          watch: (folders) => {
            watched = folders;
          },
          unwatched: 0,
          blind: async () => blind,
          close: () => {},
        };
      },
      timers,
      times: { quiet: QUIET, patience: PATIENCE, presence: 1_000, rescan: 60_000 },
      onEvent: (event) => {
        told.push(inShort(event));
        if ('polled' in event) polled.push(`${event.event} ${event.polled} ${event.every}`);
      },
      onLook: (look) => looks.push(look),
    });
    await pass(QUIET);
    told = [];
  }

  const inShort = (event: WatchEvent) => {
    const path =
      'path' in event && event.path ? event.path.replace(`${environment.site}/`, '') : '';
    return event.event === 'finding' || event.event === 'resolved'
      ? `${event.event} ${event.code} ${path}`
      : `${event.event} ${'project' in event ? event.project : path}`;
  };

  /** Lets time go by, and what falls due be done. */
  async function pass(milliseconds: number) {
    timers.advance(milliseconds);
    await monitor.idle();
  }

  /** Changes a file, and gives notice of it, as the system would. */
  async function change(path: string, content: string | undefined) {
    if (content === undefined) await unlink(join(environment.site, path));
    else await environment.write(path, content);
    notice(join(environment.site, path) as SitePath);
    await monitor.idle();
  }

  it('tells a hook at once, and a file in no RECORD once the folder is at rest', async () => {
    await environment.install();
    await start();
    await change('evil.pth', 'import os\n');
    assert.deepEqual(told, ['finding startup-hook evil.pth']);
    await change('demo/extra.py', '');
    await pass(QUIET);
    assert.equal(told.length, 1, 'one look alone proves no rest');
    await pass(QUIET);
    assert.deepEqual(told.slice(1), [
      'finding file-unlisted demo/extra.py',
      'finding file-unlisted evil.pth',
    ]);
    await pass(10 * QUIET);
    assert.equal(told.length, 3, 'each is told once');
  });

  it('tells a hook in a package that is imported at the start', async () => {
    await start();
    await change('sitecustomize/__init__.py', '');
    assert.deepEqual(told, ['finding startup-hook sitecustomize/__init__.py']);
  });

  it('tells a hook again when its content changes, and when it is gone', async () => {
    await start();
    await change('evil.pth', 'import os\n');
    await change('evil.pth', 'import sys\n');
    assert.deepEqual(told, ['finding startup-hook evil.pth', 'finding startup-hook evil.pth']);
    await change('evil.pth', undefined);
    await pass(QUIET);
    await pass(QUIET);
    assert.deepEqual(told.slice(2).sort(), [
      'resolved startup-hook evil.pth',
      'resolved startup-hook evil.pth',
    ]);
  });

  it('keeps still while an install is under way, whose RECORD comes last', async () => {
    await environment.install();
    await start();
    for (let step = 0; step < 5; step++) {
      await change(`other/part${step}.py`, '');
      await pass(QUIET / 2);
    }
    await change('distutils-precedence.pth', HONEST);
    assert.deepEqual(told, []);
    const files = Object.fromEntries(
      Array.from({ length: 5 }, (_, step) => [`other/part${step}.py`, '']),
    );
    await environment.install({ name: 'other', files });
    await environment.install({
      name: 'setuptools',
      files: { 'distutils-precedence.pth': HONEST },
    });
    notice(environment.site as SitePath);
    await pass(QUIET);
    await pass(QUIET);
    assert.deepEqual(told, [
      'installed other',
      'installed setuptools',
      'finding startup-hook-known distutils-precedence.pth',
    ]);
  });

  it('keeps still also where the system gives no notice of an install', async () => {
    await environment.install();
    await start();
    await environment.write('other/a.py', 'a');
    await pass(60_000);
    assert.ok(looks.length > 0);
    await environment.write('other/b.py', 'b');
    await pass(QUIET);
    assert.deepEqual(told, []);
    await environment.install({ name: 'other', files: { 'other/a.py': 'a', 'other/b.py': 'b' } });
    await pass(QUIET);
    await pass(QUIET);
    assert.deepEqual(told, ['installed other']);
  });

  it('tells what stays although the folder never comes to rest', async () => {
    await environment.install();
    await start();
    await environment.write('stray.py', '');
    for (let waited = 0; waited <= 3 * PATIENCE; waited += QUIET / 2) {
      notice(join(environment.site, 'busy.log') as SitePath);
      await pass(QUIET / 2);
    }
    assert.deepEqual(told, ['finding file-unlisted stray.py']);
  });

  it('tells an altered file, and a denied release, without a notice too', async () => {
    await environment.install();
    await start();
    await environment.write('demo/__init__.py', 'evil\n');
    policy = policyOf('deny: [{project: bad, reason: r}]');
    await environment.install({ name: 'bad' });
    await pass(60_000);
    assert.deepEqual(told, ['installed bad', 'finding release-refused bad-1.0.dist-info']);
    await pass(QUIET);
    assert.deepEqual(told.slice(2), ['finding file-altered demo/__init__.py']);
  });

  it('tells that files and RECORD were changed together', async () => {
    await environment.install();
    await start();
    await environment.install({ files: { 'demo/__init__.py': 'evil\n' } });
    notice(environment.site as SitePath);
    await pass(QUIET);
    assert.deepEqual(told, ['changed demo']);
  });

  it('judges anew when the policy is edited', async () => {
    await environment.install();
    await start();
    policy = policyOf('deny: [{project: demo, reason: r}]');
    monitor.refresh();
    await monitor.idle();
    assert.deepEqual(told, ['finding release-refused demo-1.0.dist-info']);
    policy = policyOf('deny: []');
    monitor.refresh();
    await monitor.idle();
    assert.deepEqual(told.slice(1), ['resolved release-refused demo-1.0.dist-info']);
  });

  it('reads every file again from time to time, whatever its times say', async () => {
    await environment.install();
    await start();
    const before = looks.length;
    await pass(3_600_000);
    assert.ok(looks.length > before);
    assert.deepEqual(told, []);
  });

  it('waits for a folder that is gone, and takes the new one for another', async () => {
    await environment.install();
    await start();
    const away = `${environment.root}-away`;
    await rename(environment.root, away);
    try {
      await pass(1_000);
      assert.deepEqual(told, [`gone ${environment.root}`]);
      assert.deepEqual(watched, []);
      await pass(60_000);
      assert.equal(told.length, 1);
      await environment.write('../../../pyvenv.cfg', '');
      await environment.write('evil.pth', 'import os\n');
      await pass(1_000);
      assert.deepEqual(told.slice(1), [
        `back ${environment.root}`,
        'finding startup-hook evil.pth',
      ]);
      assert.deepEqual(watched, [environment.site]);
    } finally {
      await rm(away, { recursive: true, force: true });
    }
  });

  it('looks every second at hooks and every ten at all where the file system gives no notice', async () => {
    blind = 'nfs';
    await environment.install();
    await start();
    assert.deepEqual(polled, ['watching nfs 10']);
    await environment.write('evil.pth', 'import os\n');
    await pass(1_000);
    assert.deepEqual(told, ['finding startup-hook evil.pth']);
    await environment.write('demo/__init__.py', 'evil\n');
    await pass(10_000);
    await pass(QUIET);
    assert.ok(told.includes('finding file-altered demo/__init__.py'), told.join());
  });

  it('does not look before its time where the file system gives notices', async () => {
    await environment.install();
    await start();
    assert.deepEqual(polled, []);
    await environment.write('evil.pth', 'import os\n');
    await pass(10_000);
    assert.deepEqual(told, []);
    await pass(50_000);
    assert.deepEqual(told, ['finding startup-hook evil.pth']);
  });

  it('goes by the file system of the folder that is there now', async () => {
    await environment.install();
    await start();
    const away = `${environment.root}-away`;
    await rename(environment.root, away);
    try {
      await pass(1_000);
      blind = 'cifs';
      await environment.write('../../../pyvenv.cfg', '');
      await environment.install();
      await pass(1_000);
      assert.deepEqual(polled, ['back cifs 10']);
      await pass(QUIET);
      await environment.write('evil.pth', 'import os\n');
      await pass(1_000);
      assert.ok(told.includes('finding startup-hook evil.pth'), told.join());
    } finally {
      await rm(away, { recursive: true, force: true });
    }
  });

  it('takes a site folder that was made again for another, between two looks too', async () => {
    await environment.install();
    await start();
    const away = join(environment.root, 'away');
    await rename(environment.site, away);
    await environment.install({ name: 'second' });
    await environment.write('evil.pth', 'import os\n');
    await pass(1_000);
    assert.deepEqual(told, ['finding startup-hook evil.pth']);
    await pass(QUIET);
    assert.deepEqual(told.slice(1), ['removed demo', 'installed second']);
  });

  it('watches every folder, and those of scripts', async () => {
    await environment.install({ files: { 'demo/a/b.py': '', '../../../bin/demo': '' } });
    await start();
    assert.deepEqual(
      [...watched].sort(),
      ['/bin', '/lib/python3.13/site-packages', '/lib/python3.13/site-packages/demo']
        .concat([
          '/lib/python3.13/site-packages/demo-1.0.dist-info',
          '/lib/python3.13/site-packages/demo/a',
        ])
        .map((path) => `${environment.root}${path}`),
    );
  });

  it('does not start where there is no environment', async () => {
    await rm(environment.root, { recursive: true });
    await assert.rejects(start(), AuditError);
  });

  it('tells what was wrong from the beginning once', async () => {
    await environment.install({
      record: (lines) => [...lines, recordLine('demo/ghost.py', 'x')],
    });
    await start();
    await pass(60_000);
    assert.deepEqual(told, []);
    assert.deepEqual(
      looks.at(-1)?.standing.map(({ code }) => code),
      ['file-missing'],
    );
  });
});
