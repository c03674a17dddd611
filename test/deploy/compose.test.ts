import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load.js';

interface Service {
  readonly build?: string;
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, object>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const { services, volumes } = parse(readFileSync('deploy/compose.yaml', 'utf8'), {
  merge: true,
}) as Compose;
const gates = Object.entries(services).filter(([, { build }]) => build !== undefined);
const replicas = gates.filter(([, { profiles }]) => profiles?.includes('fleet'));

/** As compose fills in a variable that nobody has set. */
function environmentOf({ environment = {} }: Service): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{\w+:-([^}]*)\}/, '$1'),
    ]),
  );
}

describe('deploy/compose.yaml', () => {
  it('starts one Wheelgate and Prometheus by itself, and with the profile fleet two replicas instead', () => {
    const byItself = Object.keys(services).filter((name) => !services[name]!.profiles);
    assert.deepEqual(byItself, ['wheelgate', 'prometheus']);
    assert.equal(replicas.length, 2);
    // What `up front` starts: all that it stands on, and not the one that is alone.
    const started = new Set<string>();
    const start = (name: string): void => {
      started.add(name);
      for (const other of Object.keys(services[name]!.depends_on ?? {})) start(other);
    };
    start('front');
    assert.deepEqual([...started].sort(), ['front', 'redis', 'replica-1', 'replica-2', 's3']);
  });

  it('gives each settings with which Wheelgate starts, and that make the replicas a fleet', () => {
    for (const [, gate] of gates) loadConfig({ env: environmentOf(gate), cwd: '/' });
    const [one, two] = replicas.map(([, gate]) =>
      loadConfig({ env: environmentOf(gate), cwd: '/' }),
    );
    for (const { redis, s3, replica } of [one!, two!]) {
      assert.deepEqual(redis?.hosts, [{ host: 'redis', port: 6379 }]);
      assert.equal(s3?.endpoint, 'http://s3:7070');
      assert.ok((replica.secret ?? '').length >= 16);
      assert.equal(replica.url, `http://${replica.name}:${replica.listen?.port}/`);
      assert.ok(replicas.some(([name]) => name === replica.name));
    }
    assert.notEqual(one!.replica.name, two!.replica.name);
    assert.equal(one!.replica.secret, two!.replica.secret);
  });

  it('mounts files that are there, and volumes that it has, each data folder for one', () => {
    const data: string[] = [];
    for (const [name, service] of Object.entries(services))
      for (const volume of service.volumes ?? []) {
        const [from = '', to = ''] = volume.split(':');
        if (from.startsWith('.')) assert.ok(existsSync(join('deploy', from)), `${name}: ${from}`);
        else assert.ok(from in volumes, `${name}: ${from}`);
        if (to === '/var/lib/wheelgate') data.push(from);
      }
    assert.equal(new Set(data).size, gates.length);
  });

  it('lets no Wheelgate write but to its volume, nor have a capability', () => {
    for (const [name, { read_only, cap_drop }] of gates) {
      assert.equal(read_only, true, name);
      assert.deepEqual(cap_drop, ['ALL'], name);
    }
  });
});
