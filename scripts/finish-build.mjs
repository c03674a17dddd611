// What `tsc` leaves undone: the command's file must be executable, as npm links it into a bin folder; and what pages refer to
// lies beside the code that serves it.
import { chmodSync, cpSync } from 'node:fs';

const target = process.argv.includes('--test') ? 'build/src' : 'dist';
chmodSync(`${target}/cli/main.js`, 0o755);
cpSync('src/ui/assets', `${target}/ui/assets`, { recursive: true });
