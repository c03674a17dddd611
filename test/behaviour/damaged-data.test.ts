import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { PublisherId } from '../../src/domain/publisher.js';
import { INSPECTOR_VERSION } from '../../src/inspection/inspector.js';
import { DAMAGES, type DamageName } from '../support/damage.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** What lies in a data folder, by the first column of the table in docs/data-folder.md. */
interface Kind {
  readonly files: RegExp;
  /** The part of `/readyz` that tells of it, where that is another than the data folder's. */
  readonly part?: string;
  /** The project whose file may be refused for it. */
  readonly costs?: string;
  /** Whether nothing is unknown without it, so that nobody need be told. */
  readonly isCounted?: true;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'blobs/AB/SHA256': { files: /^blobs\/../ },
  'pages/UPSTREAM/PROJECT': { files: /^pages\/./ },
  [`findings/v${INSPECTOR_VERSION}/PROJECT/SHA256-NAME-SETTINGS.json`]: { files: /^findings\/./ },
  [`probes/v${INSPECTOR_VERSION}/PROJECT/SHA256-NAME-SETTINGS.json`]: { files: /^probes\/./ },
  'attestations/v2/PROJECT/NAME.json': { files: /^attestations\/./ },
  'digests/UPSTREAM/PROJECT/FILENAME.json': { files: /^digests\/./ },
  // Which bytes were the first is not known any more, and doubt refuses.
  'pins/UPSTREAM/PROJECT/FILENAME.json': { files: /^pins\/.*pinned/, costs: 'pinned' },
  'sightings/UPSTREAM/PROJECT.json': { files: /^sightings\/./ },
  'exposure.json': { files: /^exposure\.json$/ },
  'policy-edits.json': { files: /^policy-edits\.json$/ },
  // All that it tells is counted anew from the log.
  'decisions.rollup.json': { files: /^decisions\.rollup\.json$/, isCounted: true },
  'decisions.jsonl': { files: /^decisions\.jsonl$/, part: 'decision-log' },
};

/** After these it may well be that nobody can tell. */
const UNTOLD: readonly DamageName[] = ['missing', 'altered', 'grown'];

describe('a data folder in which something is damaged', () => {
  let gate: TestGate;
  const honest = buildWheel({ name: 'honest' });
  const strong = buildWheel({ name: 'strong' });
  const pinned = buildWheel({ name: 'pinned' });
  const attested = buildWheel({ name: 'attested' });
  const refused = buildWheel({ name: 'refused', files: { 'refused.pth': 'import os\n' } });
  const data = () => join(gate.folder, 'data');
  const file = (name: string, { filename }: { filename: string }) => `/files/${name}/${filename}`;

  before(async () => {
    gate = await startGate({
      config: { 'probe.action': 'on', 'probe.wait': '20s' },
      withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, unhashed: 'pin' }] }),
      policies: { 'own.yaml': 'rules: { attestation: { action: warn, require: [attested] } }' },
      verifyProvenance: async () => ({
        kind: 'attested',
        publishers: ['github:a/b' as PublisherId],
      }),
    });
    const sha512 = createHash('sha512').update(strong.bytes).digest('hex');
    gate.upstream.addProject('honest', [honest]);
    gate.upstream.addProject('strong', [{ dist: strong, hashes: { sha512 } }]);
    gate.upstream.addProject('pinned', [{ dist: pinned, hashes: {} }]);
    gate.upstream.serve('/integrity', '{}', 'application/json');
    const provenance = new URL('/integrity', gate.upstream.url).href;
    gate.upstream.addProject('attested', [{ dist: attested, extra: { provenance } }]);
    gate.upstream.addProject('refused', [refused, buildSdist({ name: 'refused' })]);
    gate.upstream.addProject('young', [{ dist: buildWheel({ name: 'young' }), uploadTime: null }]);
    await assertServes();
    await gate.gate.exposure.settled();
    await gate.restart(async () => {
      await writeFile(join(data(), 'exposure.json'), '{"told":{}}');
      await cp(data(), join(gate.folder, 'whole'), { recursive: true, preserveTimestamps: true });
    });
  });
  after(() => gate.close());

  /** All is served right, but for what a doubt is about. */
  async function assertServes(doubted?: string, refuses = false): Promise<void> {
    for (const [name, dist] of Object.entries({ honest, strong, pinned, attested })) {
      const answer = await gate.get(file(name, dist));
      if (refuses && name === doubted) assert.equal(answer.status, 403);
      if (name !== doubted) assert.deepEqual([answer.status, answer.complete], [200, true], name);
      if (answer.status === 200) assert.ok(answer.body.equals(dist.bytes), name);
      assert.equal((await gate.get(`/simple/${name}/`)).status, 200);
    }
    assert.equal((await gate.get('/simple/young/')).status, 200);
    assert.equal((await gate.get(file('refused', refused))).status, 403);
  }

  const isPlain = async (path: string) => (await lstat(path)).isFile();

  async function filesOf(kind: Kind): Promise<string[]> {
    const found = await readdir(data(), { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(data().length + 1))
      .filter((path) => kind.files.test(path));
  }

  for (const [name, kind] of Object.entries(KINDS))
    for (const damage of Object.keys(DAMAGES) as DamageName[])
      it(`serves all the same, and says so, where ${name} is ${damage}`, async () => {
        let damaged: string[] = [];
        await gate.restart(async () => {
          await rm(data(), { recursive: true });
          await cp(join(gate.folder, 'whole'), data(), {
            recursive: true,
            preserveTimestamps: true,
          });
          damaged = await filesOf(kind);
          assert.ok(damaged.length > 0);
          for (const path of damaged) await DAMAGES[damage](join(data(), path));
        });
        const refused = kind.costs !== undefined && !UNTOLD.includes(damage);
        await assertServes(kind.costs, refused);
        if (UNTOLD.includes(damage) || kind.isCounted === true) return;
        const { parts } = (await gate.get('/readyz')).json();
        const { state, detail } = parts[kind.part ?? 'data-folder'] ?? {};
        const isTold =
          state === 'degraded' &&
          (kind.part !== undefined || damaged.some((path) => detail.includes(path)));
        const healed = await Promise.all(damaged.map((path) => isPlain(join(data(), path))));
        if (damage === 'a folder' || refused) assert.ok(isTold, JSON.stringify(parts));
        // What was made anew in its place need not be told of any more.
        else assert.ok(isTold || healed.every(Boolean), JSON.stringify(parts));
      });

  it('holds no kind of file that is not damaged here, but for those of one server and one start', async () => {
    const page = await readFile('docs/data-folder.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([^`]+)`.*? \|/gm)].map(([, path]) => path!);
    const elsewhere = [
      // Without them the start is refused: store/disk/open-data-folder.
      'lock',
      'version.json',
      // Read by searches only: decisions/file-reader.
      'decisions-TIME.jsonl',
      'decisions-TIME.jsonl.idx',
      // Read whole or not at all.
      'feed.jsonl',
      'sigstore-keys/',
      // Told again, or not at all: notify/told, notify/outbox. Found in the log: dashboard/.
      'told.json',
      'outbox/ID.json',
      'links/AB/ID.json',
      // There with other replicas alone: test/replicas.
      'shared-policy/state.json',
      'archived.json',
      'heard/decisions.jsonl',
      // What lies there is of this start.
      'lists/UPSTREAM.names.gz',
      'spool/RUN-ID',
    ];
    assert.deepEqual(
      rows.filter((row) => KINDS[row] === undefined && !elsewhere.includes(row)),
      [],
    );
  });
});
