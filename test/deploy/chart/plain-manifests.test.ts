import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { kubernetesTool } from '../../support/kubernetes-tools.js';
import { MANIFESTS, plainManifests } from './plain-manifests.js';
import { helm, type Manifest, render, runTool } from './render.js';

const kubectl = kubernetesTool('kubectl');

describe('the plain manifests', () => {
  it('are the default of the chart (else `npm run manifests`)', { skip: helm.skip }, () => {
    const written = plainManifests();
    assert.deepEqual(readdirSync(MANIFESTS).sort(), [...written.keys()].sort());
    for (const [name, text] of written)
      assert.equal(readFileSync(`${MANIFESTS}/${name}`, 'utf8'), text, name);
  });

  it('are what kubectl would apply, object by object', { skip: kubectl.skip || helm.skip }, () => {
    const said = runTool(kubectl.found!, ['kustomize', MANIFESTS]);
    assert.ok(said.ok, said.text);
    const named = (manifests: readonly Manifest[]) =>
      manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
    const built = parseAllDocuments(said.out).map((document) => document.toJS() as Manifest);
    assert.deepEqual(
      named(built),
      named(render({})).filter((name) => !name.startsWith('Pod ')),
    );
    assert.doesNotMatch(said.out, /helm/i);
  });
});
