import type { Sha256 } from '../../../src/domain/digest.js';

export const A = 'ab'.repeat(32) as Sha256;
export const B = 'cd'.repeat(32) as Sha256;
export const C = 'ef'.repeat(32) as Sha256;

/** Filenames of distributions, as odd as an index may list them: none leads out of its place, or into another's. */
export const ODD_NAMES = [
  'Demo-1.0-py3-none-any.whl',
  'demo-1.0-py3-none-any.whl',
  'demo-1.0+local.1_x-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  'constructor-1.0.tar.gz',
  '__proto__-1.0.tar.gz',
  'demo-1!2.0.tar.gz',
  'demo-1.0.json',
  'con-1.0.zip',
  `demo-${'1'.repeat(150)}.tar.gz`,
] as const;
