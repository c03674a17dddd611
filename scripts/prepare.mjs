// npm runs this after `npm ci`, for `npm install --global .`, and when packing. Without the compiler (`npm ci
// --omit=dev`), the existing build remains.
import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('node_modules/typescript')) execSync('npm run --silent build', { stdio: 'inherit' });
