import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProjectName } from '../../src/domain/project-name.js';
import { Listing } from '../../src/project-pages/listing.js';
import { Turns } from '../../src/runtime/turns.js';
import { parseProjectPage } from '../../src/upstream/pages/parse-page.js';
import type { Upstream } from '../../src/upstream/upstream.js';

const PROJECT = 'demo' as ProjectName;
const URL = 'https://pypi.example.com/simple/demo/';

interface Entry {
  readonly filename: string;
  readonly day?: number;
  readonly attested?: boolean;
  readonly sha256?: string;
}

async function provenanceOf(entries: readonly Entry[], filename: string) {
  const files = entries.map(({ filename, day, attested, sha256 = 'a'.repeat(64) }) => ({
    filename,
    url: `../../files/${filename}`,
    hashes: { sha256 },
    ...(day !== undefined && { 'upload-time': `2026-01-0${day}T00:00:00Z` }),
    ...(attested && { provenance: `/integrity/demo/${filename}/provenance` }),
  }));
  const body = Buffer.from(JSON.stringify({ meta: { 'api-version': '1.4' }, files }));
  const source = { body, contentType: 'application/vnd.pypi.simple.v1+json', url: URL };
  const page = await parseProjectPage(source, PROJECT, 'pypi', new Turns());
  const upstream = {
    name: 'pypi',
    isPublic: true,
    unhashed: 'refuse',
    reuploads: 'refuse',
  } as Upstream;
  return (await Listing.of(page, upstream, undefined, new Turns())).get(filename)!.subject
    .provenance!;
}

const wheel = (version: string) => `demo-${version}-py3-none-any.whl`;

describe('the releases of a page', () => {
  it('come by the upload of their first file, the latest first', async () => {
    const { offer, releases } = await provenanceOf(
      [
        { filename: wheel('2.0'), day: 2, attested: true },
        { filename: wheel('1.9'), day: 3 },
        { filename: wheel('1.0'), day: 1 },
        { filename: 'demo-1.0.tar.gz', day: 9 },
      ],
      wheel('2.0'),
    );
    assert.deepEqual(
      releases.map(({ version }) => version),
      ['1.9', '2.0', '1.0'],
    );
    assert.equal(releases[2]!.uploadTime, Date.parse('2026-01-01T00:00:00Z'));
    assert.equal(offer?.url, `https://pypi.example.com/integrity/demo/${wheel('2.0')}/provenance`);
  });
  it('come by PEP 440 where a time is missing', async () => {
    const { releases } = await provenanceOf(
      [
        { filename: wheel('1.9'), day: 3, attested: true },
        { filename: wheel('1.10') },
        { filename: wheel('1.0'), day: 9 },
      ],
      wheel('1.9'),
    );
    assert.deepEqual(
      releases.map(({ version, uploadTime }) => [version, uploadTime]),
      [
        ['1.10', undefined],
        ['1.9', undefined],
        ['1.0', undefined],
      ],
    );
  });
  it('offer one document of each kind, and tell a kind without one from no such kind', async () => {
    const { releases } = await provenanceOf(
      [
        { filename: wheel('1.0'), day: 1 },
        { filename: 'demo-1.0-cp310-abi3-any.whl', day: 1, attested: true },
        { filename: 'demo-1.0-cp311-abi3-any.whl', day: 1, attested: true },
        { filename: 'demo-1.0.tar.gz', day: 1 },
      ],
      wheel('1.0'),
    );
    const [{ offers } = { offers: new Map() }] = releases;
    assert.equal(offers.get('wheel')?.filename, 'demo-1.0-cp310-abi3-any.whl');
    assert.deepEqual([offers.has('sdist'), offers.get('sdist')], [true, undefined]);
    assert.equal(offers.has('egg'), false);
  });
  it('are none where the page offers no document; a file without a digest has none', async () => {
    const plain = await provenanceOf([{ filename: wheel('1.0'), day: 1 }], wheel('1.0'));
    assert.deepEqual(plain, { offer: undefined, releases: [] });
    const bare = await provenanceOf(
      [{ filename: wheel('1.0'), day: 1, attested: true, sha256: 'x' }],
      wheel('1.0'),
    );
    assert.equal(bare.offer, undefined);
  });
});
