import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { helm, type Manifest, only } from './render.js';
import { CHART } from './values-schema.js';

/** As much of a cluster as helm asks for when a template looks something up. */
const DISCOVERY: Readonly<Record<string, unknown>> = {
  '/version': { major: '1', minor: '30', gitVersion: 'v1.30.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: ['get'] },
    ],
  },
};
const SECRET = '/api/v1/namespaces/wheels/secrets/wheelgate-replica';

describe('the secret that the chart makes for replicas', { skip: helm.skip }, () => {
  /** What lies in the cluster by now. */
  let there: unknown;
  let cluster: Server;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-cluster-'));
    cluster = createServer((req, res) => {
      const path = (req.url ?? '').split('?')[0]!;
      const answer = path === SECRET ? there : DISCOVERY[path];
      const status = { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 };
      res.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(answer ?? status));
    }).listen(0, '127.0.0.1');
    await once(cluster, 'listening');
    const server = `http://127.0.0.1:${(cluster.address() as AddressInfo).port}`;
    await writeFile(
      join(folder, 'kubeconfig'),
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'test', cluster: { server } }],
        users: [{ name: 'test', user: {} }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        'current-context': 'test',
      }),
    );
  });
  after(async () => {
    cluster.close();
    await rm(folder, { recursive: true });
  });

  async function made(): Promise<Manifest> {
    const { stdout } = await promisify(execFile)(
      helm.found!,
      [
        ...['template', 'wheelgate', CHART, '--namespace', 'wheels', '--dry-run=server'],
        ...['--set', 'replicas=2', '--set', 'redis.url=redis://redis:6379'],
      ],
      { env: { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') } },
    );
    const manifests = parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
    return only(manifests, 'Secret');
  }

  it('is another for each installation, and stays what it is over upgrades', async () => {
    there = undefined;
    const [first, second] = [await made(), await made()];
    assert.notEqual(first.data.secret, second.data.secret);
    there = first;
    assert.equal((await made()).data.secret, first.data.secret);
  });
});
