import type { CorpusCase } from './case.js';
import { HOOKS } from './hooks.js';
import { NAMES } from './names.js';
import { PLACES } from './places.js';
import { TARS } from './tars.js';
import { WHEELS } from './wheels.js';
import { ZIP_STRUCTURE } from './zip-structure.js';

/** Every archive of the corpus. */
export const CORPUS: readonly CorpusCase[] = [
  ...ZIP_STRUCTURE,
  ...WHEELS,
  ...NAMES,
  ...PLACES,
  ...HOOKS,
  ...TARS,
];
