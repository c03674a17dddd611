import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubernetesTool } from '../../support/kubernetes-tools.js';
import { CHART } from './values-schema.js';

export const helm = kubernetesTool('helm');

/** One object for Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** Whatever its kind has beside these. */
  readonly [key: string]: any;
}

/** What a tool has said, and whether it was content. */
export interface Said {
  readonly ok: boolean;
  /** Standard output. */
  readonly out: string;
  /** That and standard error. */
  readonly text: string;
}

export type Values = Readonly<Record<string, unknown>>;

export function runTool(program: string, args: readonly string[]): Said {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  if (error !== undefined) throw error;
  return { ok: status === 0, out: stdout, text: `${stdout}${stderr}` };
}

/** Runs helm with these values in a file. */
export function runHelm(args: readonly string[], values: Values): Said {
  const folder = mkdtempSync(join(tmpdir(), 'wheelgate-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(values));
    return runTool(helm.found!, [...args, '--values', file]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function lint(values: Values): Said {
  return runHelm(['lint', '--strict', CHART], values);
}

/** The chart's objects as text. */
export function template(values: Values, more: readonly string[] = []): Said {
  return runHelm(['template', 'wheelgate', CHART, '--namespace', 'wheels', ...more], values);
}

/** The chart's objects. @throws where the values do not hold */
export function render(values: Values): Manifest[] {
  const said = template(values);
  if (!said.ok) throw new Error(said.text);
  return parseAllDocuments(said.out)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** The one object of a kind. @throws where there are none or several */
export function only(manifests: readonly Manifest[], kind: string, name?: RegExp): Manifest {
  const found = manifests.filter(
    (each) => each.kind === kind && (name?.test(each.metadata.name) ?? true),
  );
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0]!;
}
