import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

interface Shape {
  readonly name: string;
  /** Where its simple index lies. */
  readonly index: string;
  /** Where a file lies, and how a page links to it. @param other another host */
  readonly file: (filename: string) => string;
  readonly link: (filename: string, sha256: string, other: string) => string;
  readonly version?: string;
  readonly settings?: (other: string) => object;
}

/** Pages made after what these servers send; the servers themselves were not run. */
const SHAPES: readonly Shape[] = [
  {
    name: 'gitea',
    index: '/api/packages/acme/pypi/simple/',
    file: (filename) => `/api/packages/acme/pypi/files/gitea/1.0/${filename}`,
    link: (filename, sha256) =>
      `<a href="/api/packages/acme/pypi/files/gitea/1.0/${filename}#sha256-${sha256}">${filename}</a>`,
  },
  {
    name: 'gitlab',
    index: '/api/v4/groups/7/-/packages/pypi/simple/',
    file: (filename) => `/api/v4/groups/7/-/packages/pypi/files/abc/${filename}`,
    link: (filename, sha256) =>
      `<a href="../../files/abc/${filename}#sha256=${sha256}" data-requires-python="&gt;=3.8">${filename}</a>`,
  },
  {
    name: 'nexus',
    index: '/repository/pypi-all/simple/',
    file: (filename) => `/repository/pypi-all/packages/nexus/1.0/${filename}`,
    link: (filename, sha256) =>
      `<a href="../../packages/nexus/1.0/${filename}#sha256=${sha256}" rel="internal">${filename}</a>`,
  },
  {
    name: 'artifactory',
    index: '/artifactory/api/pypi/pypi/simple/',
    file: (filename) => `/artifactory/api/pypi/pypi/packages/packages/ab/cd/${filename}`,
    link: (filename, sha256) =>
      `<a href="../../packages/packages/ab/cd/${filename}#sha256=${sha256}" rel="internal">${filename}</a>`,
  },
  {
    name: 'pytorch',
    index: '/whl/cu118/',
    version: '2.1.0+cu118',
    file: (filename) => `/whl/cu118/${filename}`,
    link: (filename, _sha256, other) =>
      `<a href="http://${other}/whl/cu118/${filename.replace('+', '%2B')}">${filename}</a>`,
    settings: (other) => ({ files: [other], unhashed: 'pin', absent: [403] }),
  },
];

describe('an index shaped like that of', () => {
  let server: FakeUpstream;
  let other: FakeUpstream;
  let gate: TestGate;
  const dists = new Map(
    SHAPES.map(({ name, version = '1.0' }) => [name, buildWheel({ name, version })]),
  );

  before(async () => {
    server = await startFakeUpstream();
    other = await startFakeUpstream();
    for (const { name, index, file, link } of SHAPES) {
      const { filename, sha256, bytes } = dists.get(name)!;
      server.serve(`${index}${name}/`, link(filename, sha256, other.host), 'text/html');
      for (const host of [server, other]) host.serve(file(filename), bytes, 'application/zip');
    }
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          ...SHAPES.map(({ name, index, settings }) => ({
            name,
            url: `http://${server.host}${index}`,
            claims: [name, `${name}-*`],
            ...settings?.(other.host),
          })),
          { name: 'public', url },
        ],
      }),
    });
  });
  after(async () => {
    await gate.close();
    await server.close();
    await other.close();
  });

  for (const { name, index } of SHAPES)
    it(`${name} gives its files, and lacks what it has not`, async () => {
      const { filename, bytes } = dists.get(name)!;
      assert.match((await gate.get(`/simple/${name}/`)).body.toString(), /\.whl/);
      const answer = await gate.get(`/files/${name}/${encodeURIComponent(filename)}`);
      assert.deepEqual(answer.body, bytes, answer.phrase);
      server.fault(
        `${index}${name}-none/`,
        name === 'pytorch' ? { kind: 'status', status: 403 } : undefined,
      );
      assert.equal((await gate.get(`/simple/${name}-none/`)).status, 404);
    });
});
