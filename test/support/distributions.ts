import { createHash } from 'node:crypto';
import * as sdists from './archives/tar.js';
import * as wheels from './archives/wheel.js';

/** An artifact that a test made, under the name that an index would list it by. */
export interface Distribution {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** Wheels: the METADATA, for the sidecar. */
  readonly metadata?: Buffer;
}

export interface WheelSpec extends wheels.WheelOptions {
  readonly tags?: string;
  readonly requires?: readonly string[];
  /** In place of the METADATA that says the above. */
  readonly metadata?: string;
}

/** A wheel by the book, except for what the spec changes. */
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

/** A `.tar.gz` sdist that pip can build, with what the options add. */
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
