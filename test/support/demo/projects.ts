import { buildSdist, buildWheel, type Distribution, distribution } from '../distributions.js';

/** A file in the demo's index. None of these was ever published. */
export interface DemoFile {
  readonly project: string;
  readonly dist: Distribution;
  /** Days before the end of the demo's month. */
  readonly uploaded: number;
  /** The relative frequency of its requests. */
  readonly weight: number;
  /** The number of days after which it is no longer requested, if any. */
  readonly until?: number;
}

/**
 * The form of a stealer: one line, run by every start of Python, that decodes the rest of itself. This one does
 * nothing.
 */
const HOOK = `import base64; exec(base64.b64decode("${Buffer.from(
  'pass  # a demonstration, which does nothing\n'.repeat(90),
).toString('base64')}"))\n`;

function release(
  project: string,
  version: string,
  uploaded: number,
  weight: number,
  files: Readonly<Record<string, string>> = {},
): DemoFile {
  const folder = project.replaceAll('-', '_');
  const spec = { name: folder, version, files: { [`${folder}/__init__.py`]: '', ...files } };
  return { project, dist: buildWheel(spec), uploaded, weight };
}

/** An sdist of the same release. */
function sources(project: string, version: string, uploaded: number, weight: number): DemoFile {
  const name = project.replaceAll('-', '_');
  return { project, dist: buildSdist({ name, version }), uploaded, weight };
}

/** A wheel with data after its end, which one installer reads and another does not. */
function damaged(file: DemoFile): DemoFile {
  const { filename, bytes, metadata } = file.dist;
  const longer = Buffer.concat([bytes, Buffer.from('PK\x03\x04 and more')]);
  return { ...file, dist: distribution(filename, longer, metadata) };
}

export const PROJECTS: readonly DemoFile[] = [
  // Valid ones.
  release('lumen-http', '3.1.0', 300, 6),
  release('lumen-http', '3.2.0', 41, 20),
  release('lumen-http', '3.2.1', 12, 16),
  release('copperleaf', '1.8.2', 190, 18),
  release('copperleaf', '1.9.0', 20, 12),
  release('acme-auth', '0.14.0', 64, 10),
  release('acme-auth', '0.15.0', 0.6, 60),
  release('sailcloth', '5.0.3', 88, 14),
  // A release with a start-up hook, not inspected before the end of the cooldown.
  release('tidewater', '2.4.0', 70, 15),
  release('tidewater', '2.4.1', 5.3, 30, { 'tidewater.pth': HOOK }),
  // A project with a release every few days: the cooldown.
  release('quickmint', '0.9.0', 33, 8),
  release('quickmint', '0.9.1', 24, 9),
  release('quickmint', '0.9.2', 13, 9),
  release('quickmint', '0.9.3', 1.4, 30),
  // A name similar to another.
  { ...release('lumenn-http', '3.2.1', 26, 3), until: 3 },
  // An ambiguous archive.
  damaged(release('brasswork', '1.3.0', 9, 4)),
  release('brasswork', '1.2.9', 120, 8),
  // Sdists, which a rule in dry-run would refuse.
  sources('gravelpit', '4.7', 210, 6),
  sources('copperleaf', '1.9.0', 20, 2),
];
