import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDistributionFilename } from '../../src/domain/distribution-filename.js';
import type { IndexFile, ProjectPage } from '../../src/domain/project-page.js';
import { firstPicks, type PickSettings } from '../../src/probes/first-picks.js';

function picks(filenames: readonly string[], settings: Partial<PickSettings> = {}) {
  const files = filenames.map((filename) => ({
    filename,
    name: parseDistributionFilename(filename)!,
    yanked: false,
  }));
  const page = { files } as never as ProjectPage;
  const any = { isChoice: () => true, isFamiliar: () => false };
  return firstPicks(page, { ...any, ...settings }).map(({ filename }) => filename);
}

const wheel = (version: string, tags = 'py3-none-any') => `demo-${version}-${tags}.whl`;

describe('the files that a resolver picks first', () => {
  it('are those of the two newest final releases, in whatever order a page has them', () => {
    const all = ['1.10', '1.9', '1.2', '1.11'].map((version) => wheel(version));
    assert.deepEqual(picks(all), [wheel('1.11'), wheel('1.10')]);
    assert.deepEqual(picks(all.toReversed()), [wheel('1.11'), wheel('1.10')]);
  });

  it('are pre-releases, too, where these are newer', () => {
    const all = ['1.0', '1.1rc1', '1.0rc1', '1.1.dev1', '1.1b1'].map((version) => wheel(version));
    assert.deepEqual(picks(all), [wheel('1.1rc1'), wheel('1.1b1'), wheel('1.0')]);
  });

  it('are those for any machine before others, by turns over the releases', () => {
    const linux = 'cp312-cp312-manylinux_2_17_x86_64';
    const all = [
      wheel('1.0', linux),
      wheel('1.0'),
      wheel('1.1', 'cp312-cp312-win_amd64'),
      wheel('1.1', linux),
    ];
    assert.deepEqual(picks(all), [
      wheel('1.1', linux),
      wheel('1.0'),
      wheel('1.1', 'cp312-cp312-win_amd64'),
      wheel('1.0', linux),
    ]);
  });

  it('are not those for any machine alone, however many builds there are', () => {
    const linux = wheel('1.0', 'cp311-cp311-manylinux_2_17_x86_64');
    const builds = [1, 2, 10].map((build) => wheel(`1.0-${build}`));
    assert.deepEqual(picks([...builds, linux]), [builds[2], linux, builds[1], builds[0]]);
  });

  it('are those with tags that clients have fetched before all others', () => {
    const mac = wheel('1.0', 'cp39-cp39-macosx_11_0_arm64');
    const isFamiliar = ({ filename }: IndexFile) => filename === mac;
    const all = [wheel('1.0'), mac, wheel('1.0', 'cp311-cp311-manylinux_2_17_x86_64')];
    assert.equal(picks(all, { isFamiliar })[0], mac);
    assert.equal(picks(all)[2], mac);
  });

  it('are those before a release that is no choice, and no sdists', () => {
    const all = [wheel('1.0'), wheel('1.1'), wheel('1.2'), 'demo-1.3.tar.gz'];
    const isChoice = ({ filename }: IndexFile) => filename !== wheel('1.2');
    assert.deepEqual(picks(all, { isChoice }), [wheel('1.1'), wheel('1.0')]);
  });

  it('are wheels of one release, however its version is spelt', () => {
    const all = [wheel('1.0'), wheel('1.0.0', 'cp312-cp312-win_amd64'), wheel('0.9')];
    assert.deepEqual(picks(all), [
      wheel('1.0'),
      wheel('0.9'),
      wheel('1.0.0', 'cp312-cp312-win_amd64'),
    ]);
  });
});
