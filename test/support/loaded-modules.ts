import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The preload for a process that reports its loaded modules at its end. */
export const PRELOAD = import.meta.url;

/** The variable with the path of a file that receives the path of each CommonJS module, one per line. */
export const LOADED_FILE = 'LOADED_FILE';

const file = process.env[LOADED_FILE];
if (file !== undefined) {
  const { cache } = createRequire(import.meta.url);
  process.on('exit', () => writeFileSync(file, Object.keys(cache).join('\n')));
}
