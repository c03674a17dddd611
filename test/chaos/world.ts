import {
  buildSdist,
  buildWheel,
  type Distribution,
  distribution,
} from '../support/distributions.js';
import { type FakeUpstream, packagePath } from '../support/fake-upstream.js';
import type { Random } from '../support/random.js';

/** What must become of a file, whatever goes wrong on the way. */
export type Fate =
  | 'allowed'
  | 'refused'
  /** The sdist beside a refused wheel: allowed until somebody has looked into the wheel. */
  | 'inherited'
  /** As the policy's last edit says. */
  | 'edited';

/** One file of the index, and all that an oracle knows of it. */
export interface KnownFile {
  readonly project: string;
  readonly dist: Distribution;
  readonly fate: Fate;
  /** Where the proxy serves it. */
  readonly path: string;
  /** Where the index does. */
  readonly upstreamPath: string;
}

/** The project that policy edits deny and let go. */
export const EDITED = 'edited';
const SIZES = [800, 20_000, 150_000, 700_000, 2_500_000];

/**
 * An index of small and large files: honest, with start-up hooks, with two readings.
 * @param tag at the end of its projects' names, where there are several worlds
 */
export function makeWorld(upstream: FakeUpstream, random: Random, tag = ''): KnownFile[] {
  const files: KnownFile[] = [];
  const list = (project: string, dists: readonly (readonly [Distribution, Fate])[]) => {
    upstream.addProject(
      project,
      dists.map(([dist]) => dist),
    );
    for (const [dist, fate] of dists)
      files.push({
        project,
        dist,
        fate,
        path: `/files/${project}/${dist.filename}`,
        upstreamPath: packagePath(project, dist.filename),
      });
  };
  const wheel = (name: string, version: string, size: number, hook = false) =>
    buildWheel({
      name,
      version,
      files: {
        [`${name}/__init__.py`]: '',
        [`${name}/data.bin`]: random.bytes(size),
        ...(hook && { [`${name}.pth`]: 'import os\n' }),
      },
    });
  SIZES.forEach((size, number) => {
    const name = `good${number}${tag}`;
    list(name, [
      [wheel(name, '1.0', size), 'allowed'],
      [wheel(name, '1.1', size), 'allowed'],
    ]);
    const bad = `bad${number}${tag}`;
    list(bad, [
      [wheel(bad, '0.9', size), 'allowed'],
      [wheel(bad, '1.0', size, true), 'refused'],
      [buildSdist({ name: bad, version: '1.0' }), 'inherited'],
    ]);
    const odd = `odd${number}${tag}`;
    const twofold = wheel(odd, '1.0', size);
    list(odd, [
      [
        distribution(twofold.filename, Buffer.concat([twofold.bytes, Buffer.from('tail')])),
        'refused',
      ],
    ]);
  });
  const edited = `${EDITED}${tag}`;
  list(edited, [
    [wheel(edited, '1.0', 400_000), 'edited'],
    [wheel(edited, '1.1', 900), 'edited'],
  ]);
  return files;
}
