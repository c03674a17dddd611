// npm runs this after `npm ci`, for `npm install --global .`, and when it packs. Where the compiler was left out
// (`npm ci --omit=dev`), what has been built stays as it is.
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('node_modules/typescript')) execSync('npm run --silent build', { stdio: 'inherit' });
