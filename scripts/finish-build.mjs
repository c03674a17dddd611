// What `tsc` leaves undone: the command's file must be executable, as npm links it into a bin folder.
import { chmodSync } from 'node:fs';

const target = process.argv.includes('--test') ? 'build/src/cli/main.js' : 'dist/cli/main.js';
chmodSync(target, 0o755);
