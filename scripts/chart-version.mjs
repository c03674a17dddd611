// Gives the Helm chart, and the plain manifests rendered from it, a version: node scripts/chart-version.mjs [VERSION]
// `npm version` runs it. In the manifests, only these texts depend on the version, so a release does not need helm. test/deploy
// compares them with the rendered chart.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const CHART = 'deploy/helm/wheelgate/Chart.yaml';
const MANIFESTS = 'deploy/kubernetes';

/** @returns {string | undefined} the version of Wheelgate that a Chart.yaml installs */
export function appVersion(chart) {
  return chart.match(/^appVersion: (\S+)$/m)?.[1];
}

/** Replaces the text between the two groups of `pattern`. */
function edit(path, pattern, version) {
  const before = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    before.replace(pattern, (_, start, end) => `${start}${version}${end}`),
  );
}

function run(version) {
  edit(CHART, /^((?:appV|v)ersion: )\S+()$/gm, version);
  for (const name of readdirSync(MANIFESTS))
    edit(join(MANIFESTS, name), /(\/version: "|image: "wheelgate:|newTag: ")[^"]+(")/g, version);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  run(process.argv[2] ?? process.env.npm_package_version);
