// A data folder after long use: many artifacts, each with its findings.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { wheelFilename } from './index-folder.mjs';

/** Artifacts per project, as in large projects. */
const A_PROJECT = 100;
const BYTES = Buffer.from('a cached artifact, as short as can be\n');

/** @param data the data folder of a stopped server */
export async function leaveArtifacts(data, count) {
  const { INSPECTOR_VERSION } = await import(resolve('dist/inspection/inspector.js'));
  const blobs = join(data, 'blobs');
  const findings = join(data, 'findings', `v${INSPECTOR_VERSION}`);
  for (let index = 0; index < 256; index += 1)
    mkdirSync(join(blobs, index.toString(16).padStart(2, '0')), { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const project = `cached${Math.floor(index / A_PROJECT)}`;
    if (index % A_PROJECT === 0) mkdirSync(join(findings, project), { recursive: true });
    const sha256 = digest(`artifact ${index}`);
    const filename = wheelFilename(project, `1.${index % A_PROJECT}`);
    writeFileSync(join(blobs, sha256.slice(0, 2), sha256), BYTES);
    const inspection = {
      inspector: INSPECTOR_VERSION,
      sha256,
      filename,
      size: BYTES.length,
      findings: [],
      memberDigests: '',
      memberCount: 0,
      inflatedBytes: 0,
    };
    const name = `${sha256}-${digest(filename).slice(0, 12)}.json`;
    writeFileSync(join(findings, project, name), JSON.stringify(inspection));
  }
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}
