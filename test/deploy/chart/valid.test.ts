import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { kubernetesTool, resourceDefinitions } from '../../support/kubernetes-tools.js';
import { writeCrdSchemas } from './crd-schemas.js';
import { helm, lint, type Manifest, render, runTool } from './render.js';
import { VALUE_SETS } from './value-sets.js';
import { VALUES_SCHEMA_FILE, valuesSchema } from './values-schema.js';

const validate = kubernetesTool('kubernetes-validate');
const conform = kubernetesTool('kubeconform');
const definitions = resourceDefinitions();
/** The oldest and the newest Kubernetes that the chart is held against. */
const KUBERNETES = ['1.30', '1.37'];

/** Whether a cluster has its definition from the start. */
const isOwn = ({ apiVersion }: Manifest) => !/^(monitoring|gateway)\./.test(apiVersion);

describe('the Helm chart', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wheelgate-chart-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Objects as one file. */
  function written(manifests: readonly Manifest[]): string {
    const file = join(folder, 'manifests.yaml');
    writeFileSync(file, manifests.map((each) => JSON.stringify(each)).join('\n---\n'));
    return file;
  }

  it('has the schema of its values that the settings give it (else `npm run schemas`)', () => {
    assert.deepEqual(
      JSON.parse(readFileSync(VALUES_SCHEMA_FILE, 'utf8')),
      JSON.parse(valuesSchema()),
    );
  });

  for (const [name, values] of Object.entries(VALUE_SETS))
    describe(name, { skip: helm.skip }, () => {
      it('is what helm calls well made', () => {
        const { ok, text } = lint(values);
        assert.ok(ok, text);
      });

      for (const version of KUBERNETES)
        it(`is what Kubernetes ${version} knows, key by key`, { skip: validate.skip }, () => {
          const file = written(render(values).filter(isOwn));
          const { ok, text } = runTool(validate.found!, ['--strict', '-k', version, file]);
          assert.ok(ok, text);
        });

      it('is what the definitions of others say, key by key', {
        skip: conform.skip || definitions.skip,
      }, () => {
        const others = render(values).filter((each) => !isOwn(each));
        if (others.length === 0) return;
        const schemas = writeCrdSchemas(definitions.found!, join(folder, 'schemas'));
        const args = ['-strict', '-summary', '-schema-location', schemas, written(others)];
        const { ok, text } = runTool(conform.found!, args);
        assert.ok(ok, text);
        assert.match(text, new RegExp(`Valid: ${others.length},`));
      });
    });

  it('is held against definitions that see a misspelt key', {
    skip: helm.skip || conform.skip || definitions.skip || validate.skip,
  }, () => {
    const [rule] = render(VALUE_SETS.everything!).filter(({ kind }) => kind === 'PrometheusRule');
    rule!.spec.groups[0].rules[0].exr = '1';
    const schemas = writeCrdSchemas(definitions.found!, join(folder, 'schemas'));
    const said = runTool(conform.found!, [
      '-strict',
      '-schema-location',
      schemas,
      written([rule!]),
    ]);
    assert.ok(!said.ok && said.text.includes('exr'), said.text);
    const [pod] = render({}).filter(({ kind }) => kind === 'StatefulSet');
    pod!.spec.template.spec.containers[0].readinessProb = {};
    const own = runTool(validate.found!, ['--strict', '-k', KUBERNETES[0]!, written([pod!])]);
    assert.ok(!own.ok && own.text.includes('readinessProb'), own.text);
  });
});
