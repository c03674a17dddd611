import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../src/config/config.js';
import { loadConfig } from '../../../src/config/load.js';
import { type Manifest, only } from './render.js';

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly secretKeyRef?: { readonly name: string; readonly key: string };
  };
}

/** Of the first pod. */
const FIELDS: Readonly<Record<string, (statefulSet: string) => string>> = {
  'metadata.name': (statefulSet) => `${statefulSet}-0`,
  'metadata.namespace': () => 'wheels',
};

/** What lies in the Secrets that are named, by key. */
const SECRETS: Readonly<Record<string, string>> = {
  secret: 'signed-with-this-by-all',
  url: 'rediss://redis.example.com:6380',
  username: 'wheelgate',
  password: 'of-redis',
};

/** The container of Wheelgate in a StatefulSet. */
export function gateContainer(statefulSet: Manifest): any {
  return statefulSet.spec.template.spec.containers[0];
}

/** The variables of the first pod, as the kubelet would make them. */
export function environmentOf(statefulSet: Manifest): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of gateContainer(statefulSet).env as Variable[]) {
    const path = valueFrom?.fieldRef?.fieldPath;
    const key = valueFrom?.secretKeyRef?.key;
    if (path !== undefined) env[name] = FIELDS[path]!(statefulSet.metadata.name);
    else if (key !== undefined) env[name] = SECRETS[key] ?? `what ${key} holds`;
    else env[name] = value!.replace(/\$\((\w+)\)/g, (text, other: string) => env[other] ?? text);
  }
  return env;
}

/** What Wheelgate makes of the settings of the first pod. @throws where it would not start with them */
export function configOf(manifests: readonly Manifest[]): Config {
  const statefulSet = only(manifests, 'StatefulSet');
  const settings = only(manifests, 'ConfigMap', new RegExp(`^${statefulSet.metadata.name}$`));
  const folder = mkdtempSync(join(tmpdir(), 'wheelgate-pod-'));
  try {
    const file = join(folder, 'wheelgate.yaml');
    writeFileSync(file, settings.data['wheelgate.yaml']);
    return loadConfig({ file, env: environmentOf(statefulSet) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
