import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type Listing, packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const NOW = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;
const YESTERDAY = new Date(NOW - DAY).toISOString();
/** Long enough for any probe. */
const PATIENT = { 'probe.action': 'on', 'probe.wait': '20s' };

const hook = { 'elementary.pth': 'import os\n' };

function wheel(name: string, version: string, files?: Record<string, string>): Distribution {
  const own = { [`${name}/__init__.py`]: '' };
  return buildWheel({ name, version, files: { ...own, ...files } });
}

function young(dist: Distribution, more: Partial<Listing> = {}): Listing {
  return { dist, uploadTime: YESTERDAY, ...more };
}

describe('a project page with new files', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({ now: NOW, config: PATIENT });
  });
  after(() => gate.close());
  afterEach(() => {
    gate.upstream.noParts = false;
  });

  /** What a page says of each file. */
  async function yankedOn(project: string): Promise<Record<string, boolean | string>> {
    const page = await gate.get(`/simple/${project}/`, {
      accept: 'application/vnd.pypi.simple.v1+json',
    });
    assert.equal(page.status, 200);
    const files = page.json().files as { filename: string; yanked: boolean | string }[];
    return Object.fromEntries(files.map(({ filename, yanked }) => [filename, yanked]));
  }

  async function results(): Promise<Record<string, number>> {
    const lines = await gate.metric('wheelgate_probes_total');
    const counts = lines.map((line) => /result="([^"]+)"} (\d+)/.exec(line)!.slice(1));
    return Object.fromEntries(counts.map(([result, count]) => [result, Number(count)]));
  }

  const requests = (name: string, dist: Distribution) =>
    gate.upstream.requests(packagePath(name, dist.filename));

  it('yanks the newest from the first request on where it has a start-up hook', async () => {
    const good = wheel('first', '1.0.0');
    const bad = wheel('first', '1.0.1', hook);
    gate.upstream.addProject('first', [young(good), young(bad)]);
    const yanked = await yankedOn('first');
    assert.equal(yanked[good.filename], false);
    assert.match(
      String(yanked[bad.filename]),
      /^refused by Wheelgate: line 1 of elementary\.pth is executed .*\(startup-hook\)$/,
    );
    const html = (await gate.get('/simple/first/')).body.toString();
    assert.match(html, /1\.0\.1[^>]* data-yanked="refused by Wheelgate/);
    assert.equal(requests('first', bad), 1, 'one request was enough for it');
  });

  it('lists the newest where it has none, and asks for it once', async () => {
    const good = wheel('honest', '1.0.1');
    gate.upstream.addProject('honest', [young(good)]);
    const before = await results();
    assert.deepEqual(await yankedOn('honest'), { [good.filename]: false });
    assert.equal((await results()).clean, before.clean! + 1);
    gate.now += 10 * 60_000;
    assert.deepEqual(await yankedOn('honest'), { [good.filename]: false });
    assert.equal(requests('honest', good), 1);
  });

  it('reads a part of the file only, and counts it', async () => {
    const big = wheel('big', '1.0', { 'big/data.bin': noise(600_000), ...hook });
    gate.upstream.addProject('big', [young(wheel('big', '0.9')), young(big)]);
    const read = async () =>
      Number((await gate.metric('wheelgate_probe_bytes_total'))[0]!.split(' ')[1]);
    const before = await read();
    const yanked = await yankedOn('big');
    assert.match(String(yanked[big.filename]), /startup-hook/);
    const bytes = (await read()) - before;
    assert.ok(bytes > 0 && bytes < big.bytes.length / 2, `${bytes} bytes`);
  });
});

/** Text that does not shrink, and is the same each time. */
function noise(length: number): string {
  let seed = 1;
  let text = '';
  while (text.length < length) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    text += seed.toString(36);
  }
  return text;
}
