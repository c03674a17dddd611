import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { startIndexServer } from '../support/index-server.js';
import { nginx, startSite } from '../support/nginx.js';
import { required } from '../support/requirements.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HOUR = 3_600_000;

const filesOf = async (gate: TestGate, project: string): Promise<string[]> => {
  const answer = await gate.get(`/simple/${project}/`, { accept: JSON_TYPE });
  return answer.status === 200 ? answer.json().files.map((file: any) => file.filename) : [];
};
const namesOf = async (gate: TestGate): Promise<string[]> =>
  (await gate.get('/simple/', { accept: JSON_TYPE })).json().projects.map(({ name }: any) => name);

/** A gate with a flat upstream in front of the public one. */
function gateBefore(flat: string, more: object = {}): Promise<TestGate> {
  return startGate({
    withUpstream: (url) => ({
      upstreams: [
        { name: 'flat', url: flat, format: 'flat', ...more },
        { name: 'public', url },
      ],
    }),
  });
}

describe('a flat page', () => {
  let server: FakeUpstream;
  let gate: TestGate;
  const root = () => `http://${server.host}`;
  const alpha = buildWheel({ name: 'alpha' });
  const newer = buildWheel({ name: 'alpha', version: '2.0' });
  const source = buildSdist({ name: 'alpha-beta', version: '1.5' });
  const local = buildWheel({ name: 'torchy', version: '2.1.0+cu118' });
  const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
  const link = ({ filename, sha256 }: Distribution, more = '', folder = 'cpu/') =>
    `<a href="${folder}${encodeURIComponent(filename)}#sha256=${sha256}"${more}>${filename}</a><br>`;
  const put = (path: string, html: string) => server.serve(path, html, 'text/html');
  const publish = (...links: string[]) => put('/whl/stable.html', links.join('\n'));

  before(async () => {
    server = await startFakeUpstream();
    for (const dist of [alpha, newer, source, local, hooked])
      server.serve(`/whl/cpu/${dist.filename}`, dist.bytes, 'application/zip');
    gate = await gateBefore(`${root()}/whl/stable.html`);
  });
  after(async () => {
    await gate.close();
    await server.close();
  });

  it('gives each project the files that are its own by their names, and lacks every other', async () => {
    publish(
      '<h1>Wheels</h1><a href="../">Parent</a> <a href="notes.txt">Notes</a> <a>nothing</a>',
      link(alpha, ' data-requires-python="&gt;=3.8"'),
      link(newer, ' data-yanked="broken &amp; old"'),
      link(source),
      link(local),
      link(hooked),
    );
    gate.upstream.addProject('elsewhere', [buildWheel({ name: 'elsewhere' })]);
    assert.deepEqual(await filesOf(gate, 'alpha'), [alpha.filename, newer.filename]);
    assert.deepEqual(await filesOf(gate, 'alpha-beta'), [source.filename]);
    assert.deepEqual(await filesOf(gate, 'torchy'), [local.filename]);
    assert.deepEqual(await filesOf(gate, 'elsewhere'), ['elsewhere-1.0-py3-none-any.whl']);
    assert.equal((await gate.get('/simple/nowhere/')).status, 404);
    const [first, second] = (await gate.get('/simple/alpha/', { accept: JSON_TYPE })).json().files;
    assert.equal(first['requires-python'], '>=3.8');
    assert.equal(second.yanked, 'broken & old');
    assert.equal(server.requests('/whl/stable.html'), 1, 'once for all projects');
  });

  it('gives its files, inspected like any', async () => {
    for (const [project, dist] of [
      ['alpha', alpha],
      ['alpha-beta', source],
      ['torchy', local],
    ] as const) {
      const answer = await gate.get(`/files/${project}/${encodeURIComponent(dist.filename)}`);
      assert.ok(answer.body.equals(dist.bytes), answer.phrase);
    }
    assert.match((await gate.get(`/files/hooked/${hooked.filename}`)).phrase, /startup-hook/);
  });

  it('is in the list of projects', async () => {
    put('/simple/', '');
    gate.upstream.serve('/simple/', '<a href="elsewhere/">elsewhere</a>', 'text/html');
    assert.deepEqual(await namesOf(gate), ['alpha', 'alpha-beta', 'elsewhere', 'hooked', 'torchy']);
  });

  it('is asked again in time, with what it said last; a project changes where its own files do', async () => {
    const etag = async (project: string) => (await gate.get(`/simple/${project}/`)).headers.etag;
    const before = [await etag('alpha'), await etag('alpha-beta')];
    gate.now += HOUR;
    assert.deepEqual([await etag('alpha'), await etag('alpha-beta')], before);
    assert.ok(server.lastHeaders('/whl/stable.html')?.['if-none-match']);
    publish(link(newer), link(source));
    gate.now += HOUR;
    assert.deepEqual(await filesOf(gate, 'alpha'), [newer.filename]);
    assert.equal(await etag('alpha-beta'), before[1]);
    assert.notEqual(await etag('alpha'), before[0]);
    gate.now += HOUR;
    publish(link(source));
    assert.deepEqual(await filesOf(gate, 'alpha'), []);
    assert.equal((await gate.get(`/files/alpha/${alpha.filename}`)).status, 404);
  });

  it('is served as it was while its server is down, also after a restart', async () => {
    for (const fault of [
      { kind: 'status', status: 500 },
      { kind: 'drop' },
      { kind: 'status', status: 404 },
    ] as const) {
      server.fault('/whl/stable.html', undefined);
      publish(link(alpha));
      gate.now += HOUR;
      assert.deepEqual(await filesOf(gate, 'alpha'), [alpha.filename]);
      server.fault('/whl/stable.html', fault);
      gate.now += HOUR;
      assert.deepEqual(await filesOf(gate, 'alpha'), [alpha.filename], fault.kind);
      await gate.restart();
    }
    server.fault('/whl/stable.html', undefined);
  });

  for (const [how, fault] of [
    ['is not there', { kind: 'status', status: 404 }],
    ['is forbidden', { kind: 'status', status: 403 }],
    ['fails', { kind: 'status', status: 500 }],
    ['leads to a login page', { kind: 'redirect', to: 'http://pypi.invalid/login' }],
  ] as const)
    it(`that ${how} ends the search: no other index is asked for what it may hold`, async () => {
      const project = `private-${fault.kind}-${'status' in fault ? fault.status : 0}`;
      gate.upstream.addProject(project, [buildWheel({ name: project })]);
      server.fault('/whl/stable.html', fault);
      gate.now += HOUR;
      assert.ok((await gate.get(`/simple/${project}/`)).status >= 500);
      assert.equal(gate.upstream.requests(`/simple/${project}/`), 0);
      server.fault('/whl/stable.html', undefined);
    });

  it('that is no HTML is a 502', async () => {
    server.serve('/whl/stable.html', '{}', 'application/json');
    gate.now += HOUR;
    assert.equal((await gate.get('/simple/unknown/')).status, 502);
  });

  it('may say with a base where its links start, and list a file of another host that is named', async () => {
    const other = await startFakeUpstream();
    const away = buildWheel({ name: 'away' });
    other.serve(`/x/${away.filename}`, away.bytes, 'application/zip');
    const based = await gateBefore(`${root()}/based.html`, { files: [other.host] });
    try {
      put(
        '/based.html',
        `<base href="/whl/">${link(alpha)}${link(away, '', `http://${other.host}/x/`)}`,
      );
      for (const [project, dist] of [
        ['alpha', alpha],
        ['away', away],
      ] as const)
        assert.deepEqual((await based.get(`/files/${project}/${dist.filename}`)).body, dist.bytes);
    } finally {
      await based.close();
      await other.close();
    }
  });

  it('without digests has its files refused, or pinned where that is set', async () => {
    put('/bare.html', `<a href="whl/cpu/${alpha.filename}">x</a>`);
    for (const [more, status] of [
      [{}, 403],
      [{ unhashed: 'pin' }, 200],
    ] as const) {
      const bare = await gateBefore(`${root()}/bare.html`, more);
      assert.equal((await bare.get(`/files/alpha/${alpha.filename}`)).status, status);
      await bare.close();
    }
  });

  it('is asked for what it claims, and for nothing else', async () => {
    put('/claimed.html', link(alpha, '', 'whl/cpu/') + link(hooked, '', 'whl/cpu/'));
    const claiming = await gateBefore(`${root()}/claimed.html`, { claims: ['alpha', 'acme-*'] });
    claiming.upstream.addProject('hooked', [buildWheel({ name: 'hooked', version: '0.1' })]);
    claiming.upstream.addProject('acme-one', [buildWheel({ name: 'acme_one' })]);
    assert.deepEqual(await filesOf(claiming, 'alpha'), [alpha.filename]);
    assert.deepEqual(await filesOf(claiming, 'hooked'), ['hooked-0.1-py3-none-any.whl']);
    assert.equal((await claiming.get('/simple/acme-one/')).status, 404);
    assert.equal(claiming.upstream.requests('/simple/acme-one/'), 0);
    await claiming.close();
  });
});

/** Folders that a web server lists. */
describe('a folder of wheels', () => {
  let folder: string;
  const dists = [
    buildWheel({ name: 'alpha', tags: 'py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64' }),
    buildWheel({ name: 'torchy', version: '2.1.0+cu118' }),
    buildSdist({ name: 'alpha-beta', version: '1.5' }),
  ];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-flat-'));
    for (const { filename, bytes } of dists) await writeFile(join(folder, filename), bytes);
    await writeFile(join(folder, 'README.txt'), 'no distribution');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function serves(url: string): Promise<void> {
    const gate = await gateBefore(url, { unhashed: 'pin' });
    try {
      gate.upstream.serve('/simple/', '', 'text/html');
      assert.deepEqual(await namesOf(gate), ['alpha', 'alpha-beta', 'torchy']);
      for (const [project, { filename, bytes }] of [
        ['alpha', dists[0]!],
        ['torchy', dists[1]!],
        ['alpha-beta', dists[2]!],
      ] as const) {
        assert.deepEqual(await filesOf(gate, project), [filename]);
        const answer = await gate.get(`/files/${project}/${encodeURIComponent(filename)}`);
        assert.deepEqual(answer.body, bytes, answer.phrase);
      }
    } finally {
      await gate.close();
    }
  }

  const real = nginx();
  for (const slash of ['/', ''])
    it(`behind nginx is an index, its URL written with${slash ? '' : 'out'} a slash`, {
      skip: real.skip,
    }, async () => {
      const server = await startSite(
        real.found!,
        (port) => `server { listen 127.0.0.1:${port};
          location /healthz { return 200; }
          location /wheels/ { alias ${folder}/; autoindex on; absolute_redirect off; }
          location = /wheels { return 301 /wheels/; } }`,
      );
      await serves(`${server.url}/wheels${slash}`).finally(() => server.close());
    });

  const python = required(
    spawnSync('python3', ['--version']).error === undefined ? 'python3' : undefined,
    'python3',
    'install Python 3',
  );
  it("behind Python's http.server is an index", { skip: python.skip }, async () => {
    const args = (port: string) => [
      ...['-m', 'http.server', port, '--bind', '127.0.0.1', '--directory', folder],
    ];
    const server = await startIndexServer(python.found!, args);
    await serves(`${server.url}/`).finally(() => server.close());
  });

  it('as Apache lists it is an index', async () => {
    const server = await startFakeUpstream();
    const rows = dists.map(({ filename, bytes }) => {
      server.serve(`/wheels/${filename}`, bytes, 'application/zip');
      const short = filename.length > 20 ? `${filename.slice(0, 17)}..&gt;` : filename;
      return `<tr><td><img src="/icons/compressed.gif" alt="[   ]"></td><td><a href="${filename}">${short}</a></td></tr>`;
    });
    server.serve(
      '/wheels/',
      `<table><tr><th><a href="?C=N;O=D">Name</a></th></tr>
       <tr><td><a href="/">Parent Directory</a></td></tr>${rows.join('\n')}</table>`,
      'text/html;charset=UTF-8',
    );
    await serves(`http://${server.host}/wheels/`).finally(() => server.close());
  });
});
