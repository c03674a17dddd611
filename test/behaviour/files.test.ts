import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hookLine, refusedTitle } from '../../src/messages/refusals.js';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { ask, startGate, type TestGate } from '../support/wheelgate.js';

const EVIL_LINE = `import os; exec(__import__('base64').b64decode('${'QQ'.repeat(200)}'))\n`;

function evilWheel(name: string, filler = 0): Distribution {
  return buildWheel({
    name,
    version: '6.6',
    files: {
      [`${name}/__init__.py`]: '',
      ...(filler > 0 && { [`${name}/blob.bin`]: randomBytes(filler) }),
      [`${name}.pth`]: EVIL_LINE,
    },
  });
}

describe('files', () => {
  let gate: TestGate;
  const wheel = buildWheel({ name: 'demo', files: { 'demo/data.bin': randomBytes(300_000) } });
  const sdist = buildSdist({ name: 'demo' });
  const evil = evilWheel('evil');

  before(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', [wheel, sdist]);
    gate.upstream.addProject('evil', [evil, buildWheel({ name: 'evil', version: '1.0' })]);
  });
  after(() => gate.close());

  const path = (dist: Distribution, project = 'demo') => `/files/${project}/${dist.filename}`;

  it('are fetched, inspected, served, and then served from the cache', async () => {
    for (const dist of [wheel, sdist]) {
      const first = await gate.get(path(dist));
      assert.equal(first.status, 200);
      assert.deepEqual(first.body, dist.bytes);
      assert.equal(first.headers['content-type'], 'application/octet-stream');
      assert.equal(first.headers['content-length'], String(dist.bytes.length));
      assert.equal(first.headers.etag, `"${dist.sha256}"`);
      const again = await gate.get(path(dist));
      assert.deepEqual(again.body, dist.bytes);
      assert.equal(gate.upstream.requests(packagePath('demo', dist.filename)), 1);
    }
  });

  it('whose bytes are in the cache under another name are inspected there, and not fetched', async () => {
    const first = buildWheel({ name: 'twin', files: { 'twin/data.bin': randomBytes(1_000) } });
    const second = { ...first, filename: 'twin-1.0-1-py3-none-any.whl' };
    gate.upstream.addProject('twin', [first, second]);
    const inMemory = async () =>
      (await gate.metric('wheelgate_cache_requests_total{tier="memory",result="hit"}'))[0];
    const cold = await inMemory();
    // An inspector cannot read what lies in memory.
    do assert.deepEqual((await gate.get(path(first, 'twin'))).body, first.bytes);
    while ((await inMemory()) === cold);
    const inspected = async () =>
      (await gate.metric('wheelgate_inspection_duration_seconds_count{kind="wheel"}'))[0];
    const before = await inspected();
    const answer = await gate.get(path(second, 'twin'));
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, first.bytes);
    assert.notEqual(await inspected(), before, 'its findings are of its own name');
    assert.equal(gate.upstream.requests(packagePath('twin', first.filename)), 1);
    assert.equal(gate.upstream.requests(packagePath('twin', second.filename)), 0);
  });

  it('whose turn on a connection never comes are not begun: the one before them alone leaves a record', async () => {
    const queued = buildWheel({
      name: 'queued',
      files: { 'queued/data.bin': randomBytes(9_000_000) },
    });
    gate.upstream.addProject('queued', [queued]);
    const target = `/files/queued/${queued.filename}`;
    await gate.get(target);
    const records = async () =>
      (await gate.decisions()).filter(({ filename }) => filename === queued.filename);
    const before = (await records()).length;
    const { hostname, port } = new URL(gate.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(3));
    // The first answer has begun, and the others stand behind it.
    await once(socket, 'readable');
    socket.destroy();
    while ((await records()).length === before) await sleep(20);
    await gate.get(target);
    const completes = (await records()).slice(before).map(({ complete }) => complete);
    assert.deepEqual(completes, [false, true]);
  });

  it('that are too large for memory are whole from the cache, each time and in each part', async () => {
    const large = buildWheel({
      name: 'large',
      files: { 'large/data.bin': randomBytes(6_000_000) },
    });
    gate.upstream.addProject('large', [large]);
    const target = `/files/large/${large.filename}`;
    for (let count = 0; count < 4; count += 1) {
      const answer = await gate.get(target);
      assert.ok(answer.complete && answer.body.equals(large.bytes), `the request ${count}`);
      const part = await gate.get(target, { range: 'bytes=1000000-5900000' });
      assert.ok(part.complete && part.body.equals(large.bytes.subarray(1_000_000, 5_900_001)));
    }
    assert.equal(gate.upstream.requests(packagePath('large', large.filename)), 1);
    const together = await Promise.all(Array.from({ length: 8 }, () => gate.get(target)));
    for (const { body } of together) assert.ok(body.equals(large.bytes));
  });

  it('answer HEAD without a body', async () => {
    const answer = await gate.get(path(wheel), {}, 'HEAD');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-length'], String(wheel.bytes.length));
    assert.equal(answer.body.length, 0);
  });

  it('answer ranges', async () => {
    const size = wheel.bytes.length;
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=100-199', 100, 200],
      ['bytes=1000-', 1000, size],
      ['bytes=-22', size - 22, size],
      [`bytes=5-${size * 2}`, 5, size],
    ] as const) {
      const answer = await gate.get(path(wheel), { range });
      assert.equal(answer.status, 206, range);
      assert.equal(answer.headers['content-range'], `bytes ${start}-${end - 1}/${size}`);
      assert.deepEqual(answer.body, wheel.bytes.subarray(start, end));
    }
    const beyond = await gate.get(path(wheel), { range: `bytes=${size}-` });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers['content-range'], `bytes */${size}`);
    const several = await gate.get(path(wheel), { range: 'bytes=0-1,3-4' });
    assert.equal(several.status, 200);
  });

  it('answer conditional requests', async () => {
    const etag = `"${wheel.sha256}"`;
    assert.equal((await gate.get(path(wheel), { 'if-none-match': etag })).status, 304);
    assert.equal((await gate.get(path(wheel), { 'if-none-match': '"other"' })).status, 200);
    const range = 'bytes=0-9';
    assert.equal((await gate.get(path(wheel), { range, 'if-range': etag })).status, 206);
    assert.equal((await gate.get(path(wheel), { range, 'if-range': '"other"' })).status, 200);
  });

  it('are refused with a reason for pip, for uv, and for the log', async () => {
    const answer = await gate.get(path(evil, 'evil'), { 'user-agent': 'pip/26.3' });
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, saying(`${hookLine(1, 'evil.pth', ANY)} (startup-hook)`));
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    const problem = answer.json();
    assert.match(problem.title, saying(refusedTitle(`evil-6.6${ANY}`)));
    assert.match(problem.detail, /evil\.pth/);
    assert.equal(problem.rule, 'startup-hook');
    const record = (await gate.decisions()).at(-1)!;
    assert.equal(record.verdict, 'block');
    assert.equal(record.rule, 'startup-hook');
    assert.equal(record.bytes, 0);
    assert.equal(record.userAgent, 'pip/26.3');
    assert.equal(record.sha256, evil.sha256);
  });

  it('that are refused give no byte away, whatever the request', async () => {
    const url = path(evil, 'evil');
    const requests: [string, Record<string, string>, string][] = [
      [url, {}, 'GET'],
      [url, {}, 'HEAD'],
      [url, { range: 'bytes=0-10' }, 'GET'],
      [url, { range: 'bytes=-30' }, 'GET'],
      [url, { range: 'bytes=10-', 'if-range': `"${evil.sha256}"` }, 'GET'],
      [url, { 'if-none-match': `"${evil.sha256}"` }, 'GET'],
      [`${url}.metadata`, {}, 'GET'],
      [url.replace('evil-', '%65vil-'), {}, 'GET'],
      [url.replace('/evil/', '/EVIL/'), {}, 'GET'],
    ];
    for (const [target, headers, method] of requests) {
      const answer = await gate.get(target, headers, method);
      assert.equal(answer.status, 403, `${method} ${target} ${JSON.stringify(headers)}`);
    }
    const files = await readdir(join(gate.folder, 'data', 'blobs'), { recursive: true }).catch(
      () => [],
    );
    assert.ok(!files.some((name) => name.includes(evil.sha256)), 'a refused artifact was kept');
  });

  it('that are refused are yanked on the page from then on', async () => {
    const page = (
      await gate.get('/simple/evil/', { accept: 'application/vnd.pypi.simple.v1+json' })
    ).json();
    assert.match(page.files[0].yanked, /startup-hook/);
    assert.equal(page.files[1].yanked, false);
  });

  it('are counted', async () => {
    const [blocked] = await gate.metric('wheelgate_blocked_downloads_total{rule="startup-hook"');
    assert.match(blocked ?? '', /mode="enforce"/);
    const [allowed] = await gate.metric('wheelgate_downloads_total{verdict="allow",kind="wheel"}');
    assert.match(allowed!, / [1-9]\d*$/);
    assert.ok((await gate.metric('wheelgate_findings_total{finding="pth-executable"}')).length > 0);
  });

  it('not on the page, or named oddly, are not asked of the upstream', async () => {
    for (const odd of [
      '/files/demo/demo-9.9-py3-none-any.whl',
      '/files/demo/..%2f..%2fsimple%2fdemo',
      '/files/demo/../evil/x.whl',
      '/files/http:%2f%2fexample.com/x.whl',
      '/files/demo',
      '/files/demo/a/b.whl',
      '/files//demo-1.0.whl',
      '/files/demo/%00.whl',
      '/files/demo/demo-9.9-py3-none-any.whl.metadata',
    ]) {
      const answer = await gate.get(odd);
      assert.equal(answer.status, 404, odd);
      assert.equal(answer.headers['content-type'], 'application/problem+json', odd);
    }
    assert.equal(gate.upstream.requests(packagePath('demo', 'demo-9.9-py3-none-any.whl')), 0);
  });

  it('are fetched once for many clients at the same time', async () => {
    const busy = buildWheel({ name: 'busy', files: { 'busy/x.bin': randomBytes(500_000) } });
    gate.upstream.addProject('busy', [busy]);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => gate.get(path(busy, 'busy'))),
    );
    for (const answer of answers) assert.deepEqual(answer.body, busy.bytes);
    assert.equal(gate.upstream.requests(packagePath('busy', busy.filename)), 1);
  });

  it('that arrive cut off, altered, or with another length are never kept, and asked for again', async () => {
    for (const [name, fault] of [
      ['cut', { kind: 'truncate', after: 1_000 }],
      ['short', { kind: 'shorten', to: 1_000 }],
      ['bent', { kind: 'corrupt', at: 2_000 }],
      ['failing', { kind: 'status', status: 500 }],
    ] as const) {
      const dist = buildWheel({ name, files: { [`${name}/x.bin`]: randomBytes(20_000) } });
      gate.upstream.addProject(name, [dist]);
      gate.upstream.fault(packagePath(name, dist.filename), fault);
      const broken = await gate.get(path(dist, name));
      assert.ok([502, 503].includes(broken.status), `${name}: ${broken.status}`);
      gate.upstream.fault(packagePath(name, dist.filename), undefined);
      const mended = await gate.get(path(dist, name));
      assert.deepEqual(mended.body, dist.bytes, name);
    }
  });

  it('without a declared length are served all the same', async () => {
    const dist = buildWheel({ name: 'unannounced' });
    gate.upstream.addProject('unannounced', [dist]);
    gate.upstream.fault(packagePath('unannounced', dist.filename), { kind: 'unannounced' });
    assert.deepEqual((await gate.get(path(dist, 'unannounced'))).body, dist.bytes);
  });

  it('without a declared sha256 are refused', async () => {
    const dist = buildWheel({ name: 'unhashed' });
    gate.upstream.addProject('unhashed', [{ dist, sha256: null }]);
    const answer = await gate.get(path(dist, 'unhashed'));
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, /integrity/);
  });

  it('are not followed to another host', async () => {
    const dist = buildWheel({ name: 'lured' });
    const away = buildWheel({ name: 'away' });
    gate.upstream.addProject('lured', [dist]);
    gate.upstream.fault(packagePath('lured', dist.filename), {
      kind: 'redirect',
      to: 'http://127.0.0.1:1/elsewhere',
    });
    assert.equal((await gate.get(path(dist, 'lured'))).status, 502);
    gate.upstream.addProject('away', [{ dist: away, url: 'http://127.0.0.1:1/away.whl' }]);
    const answer = await gate.get(path(away, 'away'));
    assert.equal(answer.status, 502);
    assert.match(answer.json().detail, /which is not allowed/);
  });

  it('follow a redirect within the hosts of the upstream', async () => {
    const dist = buildWheel({ name: 'moved' });
    gate.upstream.addProject('moved', [dist]);
    gate.upstream.serve('/new/place.whl', dist.bytes, 'application/octet-stream');
    gate.upstream.fault(packagePath('moved', dist.filename), {
      kind: 'redirect',
      to: '/new/place.whl',
    });
    assert.deepEqual((await gate.get(path(dist, 'moved'))).body, dist.bytes);
  });

  it('outlive the client that asked first', async () => {
    const dist = buildWheel({ name: 'orphan', files: { 'orphan/x.bin': randomBytes(200_000) } });
    gate.upstream.addProject('orphan', [dist]);
    gate.upstream.fault(packagePath('orphan', dist.filename), { kind: 'stall', after: 1_000 });
    const controller = new AbortController();
    const first = fetch(gate.url + path(dist, 'orphan'), { signal: controller.signal }).catch(
      () => 'gone',
    );
    const second = gate.get(path(dist, 'orphan'));
    while (gate.upstream.requests(packagePath('orphan', dist.filename)) === 0)
      await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    assert.equal(await first, 'gone');
    gate.upstream.release();
    assert.deepEqual((await second).body, dist.bytes);
    assert.equal(gate.upstream.requests(packagePath('orphan', dist.filename)), 1);
  });

  it('come many at a time, without a warning of Node on standard error', async () => {
    const wheels = Array.from({ length: 12 }, (_, index) =>
      buildWheel({ name: 'many', version: `1.${index}` }),
    );
    gate.upstream.addProject('many', wheels);
    const places = wheels.map(({ filename }) => packagePath('many', filename));
    for (const place of places) gate.upstream.fault(place, { kind: 'stall', after: 10 });
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    const asked = wheels.map((wheel) => gate.get(path(wheel, 'many')));
    while (places.some((place) => gate.upstream.requests(place) === 0))
      await new Promise((resolve) => setImmediate(resolve));
    gate.upstream.release();
    for (const [index, { body }] of (await Promise.all(asked)).entries())
      assert.deepEqual(body, wheels[index]!.bytes);
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });

  it('that become denied are refused from the next request on, though cached', async () => {
    const dist = buildWheel({ name: 'later' });
    gate.upstream.addProject('later', [dist]);
    assert.equal((await gate.get(path(dist, 'later'))).status, 200);
    await gate.writePolicy('later.yaml', `deny: [{project: later, reason: "found out"}]`);
    const refused = await gate.get(path(dist, 'later'));
    assert.equal(refused.status, 403);
    assert.match(refused.phrase, /found out/);
    await gate.writePolicy('later.yaml', 'deny: []');
    assert.equal((await gate.get(path(dist, 'later'))).status, 200);
  });

  it('are refused by the digest of a member, without a second look at the bytes', async () => {
    const dist = buildWheel({
      name: 'carrier',
      files: { 'carrier/payload.py': 'print("stolen")\n' },
    });
    gate.upstream.addProject('carrier', [dist]);
    assert.equal((await gate.get(path(dist, 'carrier'))).status, 200);
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update('print("stolen")\n').digest('hex');
    await gate.writePolicy('member.yaml', `deny: [{sha256: ${digest}, reason: "a known payload"}]`);
    const refused = await gate.get(path(dist, 'carrier'));
    assert.equal(refused.status, 403);
    assert.match(refused.phrase, /a known payload/);
    assert.equal(gate.upstream.requests(packagePath('carrier', dist.filename)), 1);
    await gate.writePolicy('member.yaml', 'deny: []');
  });

  it('have sidecars, checked against the declared digest', async () => {
    const answer = await gate.get(`${path(wheel)}.metadata`);
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, wheel.metadata);
    const bent = buildWheel({ name: 'bent_side' });
    gate.upstream.addProject('bent-side', [{ dist: bent, declaredMetadata: 'ab'.repeat(32) }]);
    const refused = await gate.get(`/files/bent-side/${bent.filename}.metadata`);
    assert.equal(refused.status, 403);
    assert.match(refused.phrase, /METADATA differs from the index/);
  });

  it('have sidecars that are text: none leads around the gate to an artifact', async () => {
    for (const [name, dist, status] of [
      // A wheel's sidecar is not its METADATA then: it is opened for it, and all of it is refused.
      ['smuggled', buildWheel({ name: 'smuggled' }), 403],
      ['smuggled-sdist', buildSdist({ name: 'smuggled_sdist' }), 502],
    ] as const) {
      // The index declares the artifact's own digest as its sidecar's, and serves it there.
      gate.upstream.addProject(name, [
        { dist, declaredMetadata: dist.sha256, sidecar: dist.bytes },
      ]);
      const sidecar = `/files/${name}/${dist.filename}.metadata`;
      assert.equal((await gate.get(sidecar)).status, status);
      // Stored by its digest now, as an artifact that may go out under its own name.
      await gate.get(`/files/${name}/${dist.filename}`);
      assert.equal((await gate.get(sidecar)).status, status);
    }
  });

  it('have sidecars that are no archive behind a text either', async () => {
    const text = `Metadata-Version: 2.1\nName: behind\nVersion: 1.0\n\n${'#'.repeat(600)}\n`;
    const prepended = {
      files: { 'behind.pth': 'import os\n' },
      tricks: { prepend: Buffer.from(text) },
    };
    const dist = buildWheel({ name: 'behind', ...prepended });
    const lines = Buffer.from(text);
    const digest = createHash('sha256').update(lines).digest('hex');
    const cases = {
      behind_zip: [{ sidecar: dist.bytes }, 403],
      behind_listed: [{ sidecar: lines, sha256: digest }, 502],
      behind_nothing: [{ sidecar: lines }, 200],
    } as const;
    for (const [name, [listing, status]] of Object.entries(cases)) {
      const wheel = buildWheel({ name });
      const project = name.replace('_', '-');
      gate.upstream.addProject(project, [{ dist: wheel, ...listing }]);
      const answer = await gate.get(`/files/${project}/${wheel.filename}.metadata`);
      assert.equal(answer.status, status, name);
    }
  });

  it('whose METADATA is not the advertised sidecar are refused', async () => {
    const dist = buildWheel({ name: 'two_faced' });
    gate.upstream.addProject('two-faced', [
      {
        dist,
        sidecar: Buffer.from(
          'Metadata-Version: 2.1\nName: two-faced\nVersion: 1.0\nRequires-Dist: evil\n',
        ),
      },
    ]);
    const answer = await gate.get(`/files/two-faced/${dist.filename}`);
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, /metadata/);
  });
});

describe('the delivery gate on the wire', () => {
  let gate: TestGate;
  const settings = {
    'gate.hold-bytes': 100_000,
    'gate.hold-time': '50ms',
    'gate.last-block': 50_000,
  };
  before(async () => {
    gate = await startGate({ config: settings });
  });
  after(() => gate.close());

  it('streams a large good artifact before it is whole', async () => {
    const dist = buildWheel({ name: 'large', files: { 'large/x.bin': randomBytes(600_000) } });
    gate.upstream.addProject('large', [dist]);
    const place = packagePath('large', dist.filename);
    gate.upstream.fault(place, { kind: 'stall', after: 400_000 });
    const response = await fetch(`${gate.url}/files/large/${dist.filename}`);
    const reader = response.body!.getReader();
    let bytes = Buffer.from((await reader.read()).value!);
    assert.ok(bytes.length > 0 && bytes.length < 400_000);
    gate.upstream.release();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes = Buffer.concat([bytes, value]);
    }
    assert.deepEqual(bytes, dist.bytes);
  });

  it('cuts off a large bad one, whose last block never leaves', async () => {
    for (const kind of ['stall', 'unannounced'] as const) {
      const name = `bad-${kind}`;
      const dist = evilWheel(name.replace('-', '_'), 600_000);
      gate.upstream.addProject(name, [dist]);
      gate.upstream.fault(
        packagePath(name, dist.filename),
        kind === 'stall' ? { kind, after: 500_000 } : { kind },
      );
      const asked = gate.get(`/files/${name}/${dist.filename}`);
      if (kind === 'stall') {
        const probe = await fetch(`${gate.url}/files/${name}/${dist.filename}`);
        await probe.body!.getReader().read();
        gate.upstream.release();
      }
      const answer = await asked;
      assert.equal(answer.complete && answer.status === 200, false, kind);
      if (answer.status === 200)
        assert.ok(
          answer.body.length <= dist.bytes.length - 50_000,
          `${answer.body.length} bytes left`,
        );
      const resumed = await gate.get(`/files/${name}/${dist.filename}`, {
        range: `bytes=${answer.body.length}-`,
        'if-range': `"${dist.sha256}"`,
      });
      assert.equal(resumed.status, 403, kind);
    }
  });

  it('lets a range of a cold artifact begin where it can be placed', async () => {
    const dist = buildWheel({ name: 'ranged', files: { 'ranged/x.bin': randomBytes(600_000) } });
    gate.upstream.addProject('ranged', [dist]);
    const answer = await ask(`${gate.url}/files/ranged/${dist.filename}`, {
      range: 'bytes=1000-1999',
    });
    assert.equal(answer.status, 206);
    assert.deepEqual(answer.body, dist.bytes.subarray(1_000, 2_000));
    const suffix = await ask(`${gate.url}/files/ranged/${dist.filename}`, { range: 'bytes=-100' });
    assert.deepEqual(suffix.body, dist.bytes.subarray(-100));
  });
});
