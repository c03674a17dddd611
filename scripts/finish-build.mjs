// Finishes the build of `tsc`: the command's file must be executable, because npm links it into a bin folder; the
// pages' assets and the responses' schemas belong next to the code that serves them.
import { chmodSync, cpSync } from 'node:fs';

const target = process.argv.includes('--test') ? 'build/src' : 'dist';
chmodSync(`${target}/cli/main.js`, 0o755);
cpSync('src/ui/assets', `${target}/ui/assets`, { recursive: true });
cpSync('src/http/openapi/schemas.json', `${target}/http/openapi/schemas.json`);
