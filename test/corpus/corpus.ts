import type { CorpusCase } from './case.js';
import { HOOKS } from './hooks.js';
import { TARS } from './tars.js';
import { WHEELS } from './wheels.js';
import { ZIP_STRUCTURE } from './zip-structure.js';

/** Every archive of the corpus. */
export const CORPUS: readonly CorpusCase[] = [...ZIP_STRUCTURE, ...WHEELS, ...HOOKS, ...TARS];
