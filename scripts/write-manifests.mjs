// Writes deploy/kubernetes: the Helm chart's default as plain manifests. `npm run manifests`, after a change to the
// chart; it needs the tests' helm. A test compares the committed files with the rendered chart.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { MANIFESTS, plainManifests } = await import('../build/test/deploy/chart/plain-manifests.js');
const { helm } = await import('../build/test/deploy/chart/render.js');
if (helm.found === undefined) {
  console.error(helm.skip);
  process.exit(2);
}
const files = plainManifests();
rmSync(MANIFESTS, { recursive: true, force: true });
mkdirSync(MANIFESTS, { recursive: true });
for (const [name, text] of files) writeFileSync(join(MANIFESTS, name), text);
