import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { INSPECTOR_VERSION } from '../../src/inspection/inspector.js';
import { yankedText } from '../../src/messages/refusals.js';
import { FactRecords } from '../../src/replicas/projects/fact-records.js';
import { ProjectKeys } from '../../src/replicas/projects/project-keys.js';
import { Seal } from '../../src/replicas/seal.js';
import { distribution } from '../support/distributions.js';
import { redisProgram } from '../support/redis-servers.js';
import { type Replicas, SECRET, startReplicas, waitForRedis } from '../support/replicas.js';
import { until } from '../support/until.js';

const { skip } = redisProgram();
waitForRedis();
const FILES = 8_000;
const DEMO = 'demo' as ProjectName;
const files = Array.from({ length: FILES }, (_, number) =>
  distribution(`demo-0.${number}-py3-none-any.whl`, Buffer.from(`${number}`)),
);

describe(`a project with ${FILES} files that others have inspected`, { skip }, () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await startReplicas();
    replicas.upstream.addProject('demo', files);
  });
  afterEach(() => replicas.close());

  /** Leaves what inspections saw where a replica has left some. */
  async function leaveFindings(): Promise<void> {
    const { ask } = replicas.redis;
    const [key] = await ask.keys('wg:1:{p:demo}:findings*');
    const inspections = key!.split(':').at(-1)!;
    const keys = new ProjectKeys((name) => `wg:1:${name}`, inspections, 'none', []);
    const records = new FactRecords(keys, new Seal(SECRET), () => 0);
    for (let from = 0; from < FILES; from += 500) {
      const some = files.slice(from, from + 500).map(({ filename, sha256 }) =>
        records.write({
          kind: 'findings',
          project: DEMO,
          inspection: {
            inspector: INSPECTOR_VERSION,
            sha256: sha256 as Sha256,
            filename,
            size: 10,
            findings: [{ code: 'pth-executable', rule: 'startup-hook', detail: 'it runs' }],
            memberDigests: 'A'.repeat(600),
            memberCount: 50,
            inflatedBytes: 1,
          },
        }),
      );
      const values = (await Promise.all(some)).map((one) => [one!.field, one!.value] as const);
      await ask.hset(key!, new Map(values));
    }
  }

  it('is known whole, though it is more than comes at once, and keeps nobody else waiting', async () => {
    const a = await replicas.add();
    // One that cannot be read is inspected, too, and so the hash has its name.
    assert.equal((await a.get(`/files/demo/${files[0]!.filename}`)).status, 403);
    await until(
      async () => (await replicas.redis.ask.keys('wg:1:{p:demo}:findings*')).length === 1,
    );
    await leaveFindings();
    const b = await replicas.add();
    const first = b.get('/simple/demo/');
    await b.get('/healthz');
    assert.equal((await first).status, 200);
    const refused = async () =>
      (await b.get('/simple/demo/')).body.toString().split(yankedText('')).length - 1;
    // The newest one stays unyanked where nothing else is left.
    await until(async () => (await refused()) === FILES - 1);
    assert.equal((await b.get(`/files/demo/${files[7]!.filename}`)).status, 403);
    assert.equal(replicas.upstream.requests(`/packages/demo/${files[7]!.filename}`), 0);
  });
});
