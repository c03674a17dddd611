import { createHash } from 'node:crypto';
import * as sdists from './archives/tar.js';
import * as wheels from './archives/wheel.js';

/** An artifact of a test, under its name in an index. */
export interface Distribution {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** Wheels: METADATA, for the sidecar. */
  readonly metadata?: Buffer;
}

export interface WheelSpec extends wheels.WheelOptions {
  readonly tags?: string;
  readonly requires?: readonly string[];
  /** Replaces the METADATA generated from the fields above. */
  readonly metadata?: string;
}

/** A valid wheel, except for the changes in the spec. */
export function buildWheel(spec: WheelSpec = {}): Distribution {
  const { name = 'demo', version = '1.0', tags = 'py3-none-any' } = spec;
  const requires = (spec.requires ?? []).map((requirement) => `Requires-Dist: ${requirement}\n`);
  const metadata = Buffer.from(
    spec.metadata ??
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires.join('')}`,
  );
  const bytes = wheels.buildWheel({
    ...spec,
    files: spec.files ?? { [`${name}/__init__.py`]: `__version__ = '${version}'\n` },
    distInfo: {
      METADATA: metadata,
      WHEEL: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tags}\n`,
      ...spec.distInfo,
    },
  });
  return distribution(`${name}-${version}-${tags}.whl`, bytes, metadata);
}

/** A `.tar.gz` sdist that pip can build, with the additions in the options. */
export function buildSdist(options: sdists.SdistOptions = {}): Distribution {
  const { name = 'demo', version = '1.0' } = options;
  const files = {
    'PKG-INFO': `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    'setup.py': `from setuptools import setup\nsetup(name='${name}', version='${version}')\n`,
    ...options.files,
  };
  return distribution(`${name}-${version}.tar.gz`, sdists.buildSdist({ ...options, files }));
}

export function distribution(filename: string, bytes: Buffer, metadata?: Buffer): Distribution {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { filename, bytes, sha256, ...(metadata !== undefined && { metadata }) };
}
