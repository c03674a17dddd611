import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildZip } from './archives/zip.js';

/** A malware record in OSV's format. */
export function osv(id: string, name: string, affected: object = {}, more: object = {}) {
  return {
    schema_version: '1.7.4',
    id,
    modified: '2026-10-01T00:00:00Z',
    published: '2026-10-01T00:00:00Z',
    summary: `Malicious code in ${name} (PyPI)`,
    affected: [{ package: { ecosystem: 'PyPI', name, purl: `pkg:pypi/${name}` }, ...affected }],
    ...more,
  };
}

/** A mirror of OSV's bucket: `all.zip`, `modified_id.csv`, one file per record. */
export class Mirror {
  readonly records = new Map<string, { record: { id: string }; modified: string }>();
  readonly asked: string[] = [];
  broken = false;
  /** Listed, but missing. */
  readonly absent = new Set<string>();
  /** Paths that are 404. */
  readonly missing = new Set<string>();
  /** Replaced contents of single files, by path. */
  readonly instead = new Map<string, string | Buffer>();
  #server: Server | undefined;
  url = '';

  put(record: { id: string }, modified: string): void {
    this.records.set(record.id, { record, modified });
  }

  async start(): Promise<void> {
    this.#server = createServer((req, res) => {
      const path = req.url!.slice('/PyPI/'.length);
      this.asked.push(path);
      const body = this.broken ? 'nonsense' : (this.instead.get(path) ?? this.#body(path));
      if (body === undefined || this.missing.has(path)) res.writeHead(404).end();
      else res.end(body);
    });
    await new Promise<void>((done) => this.#server!.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/PyPI`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #body(path: string): Buffer | undefined {
    const all = [...this.records.values()];
    if (path === 'all.zip')
      return buildZip(
        all
          .filter(({ record }) => !this.absent.has(record.id))
          .map(({ record }) => ({
            name: `${record.id}.json`,
            content: JSON.stringify(record),
          })),
      );
    if (path === 'modified_id.csv')
      return Buffer.from(
        all
          .toSorted((a, b) => (a.modified < b.modified ? 1 : -1))
          .map(({ record, modified }) => `${modified},${record.id}\n`)
          .join(''),
      );
    const id = path.replace(/\.json$/, '');
    const found = this.absent.has(id) ? undefined : this.records.get(id);
    return found && Buffer.from(JSON.stringify(found.record));
  }
}
