import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What a process loads first that is to tell, at its end, what it has loaded. */
export const PRELOAD = import.meta.url;

/** The file to which goes the path of each CommonJS module, a line each. */
export const LOADED_FILE = 'LOADED_FILE';

const file = process.env[LOADED_FILE];
if (file !== undefined) {
  const { cache } = createRequire(import.meta.url);
  process.on('exit', () => writeFileSync(file, Object.keys(cache).join('\n')));
}
