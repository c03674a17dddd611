import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AuditPolicy } from '../../src/audit/audit-policy.js';
import type { AuditCode } from '../../src/audit/codes.js';
import { auditEnvironment } from '../../src/audit/environment/audit-environment.js';
import { locateEnvironment } from '../../src/audit/environment/locate.js';
import type { AuditReport } from '../../src/audit/report.js';
import { loadPolicy } from '../../src/policy/load.js';
import type { Policy } from '../../src/policy/policy.js';
import { NOW } from '../policy/support.js';

export interface InstallSpec {
  readonly name?: string;
  readonly version?: string;
  /** Paths relative to the site folder; `../../../bin/x` is a script. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Further files, listed in RECORD without a hash, as pip does for bytecode. */
  readonly compiled?: Readonly<Record<string, Buffer>>;
  /** Changes RECORD's lines. */
  readonly record?: (lines: string[]) => string[];
  readonly metadata?: string;
  readonly direct?: object;
}

/** A virtual environment like pip's, created file by file in a separate folder. */
export class TestEnvironment {
  readonly root: string;
  readonly site: string;

  private constructor(root: string) {
    this.root = root;
    this.site = join(root, 'lib', 'python3.13', 'site-packages');
  }

  static async make(): Promise<TestEnvironment> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'wheelgate-audit-')));
    const environment = new TestEnvironment(root);
    await environment.write('../../../pyvenv.cfg', 'home = /usr/bin\nversion = 3.13.1\n');
    await mkdir(environment.site, { recursive: true });
    return environment;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** Writes a file that no RECORD lists. @param path below the site folder */
  async write(path: string, content: string | Buffer): Promise<string> {
    const file = join(this.site, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  /** Installs a distribution, RECORD last, like pip. */
  async install(spec: InstallSpec = {}): Promise<void> {
    const { name = 'demo', version = '1.0', compiled = {} } = spec;
    const info = `${name}-${version}.dist-info`;
    const direct = spec.direct && { [`${info}/direct_url.json`]: JSON.stringify(spec.direct) };
    const files: Record<string, string | Buffer> = {
      ...(spec.files ?? { [`${name}/__init__.py`]: `version = '${version}'\n` }),
      [`${info}/METADATA`]:
        spec.metadata ?? `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
      [`${info}/INSTALLER`]: 'pip\n',
      ...direct,
    };
    const lines = Object.entries(files).map(([path, content]) => recordLine(path, content));
    lines.push(...Object.keys(compiled).map((path) => `${path},,`), `${info}/RECORD,,`);
    for (const [path, content] of Object.entries({ ...files, ...compiled }))
      await this.write(path, content);
    await this.write(`${info}/RECORD`, `${(spec.record?.(lines) ?? lines).join('\n')}\n`);
  }

  /** Audits it, by default under the shipped policies. */
  async audit(policy?: Policy): Promise<AuditReport> {
    const audited = new AuditPolicy(policy ?? (await shippedPolicy()), NOW);
    return (await auditEnvironment(await locateEnvironment(this.root), audited)).report;
  }

  /** The `found` and `unclear` findings, as `code path-below-the-site-folder`. */
  async found(policy?: Policy): Promise<string[]> {
    const { findings } = await this.audit(policy);
    return findings
      .filter(({ level }) => level !== 'note')
      .map(({ code, path = '' }) => `${code} ${path.replace(`${this.site}/`, '')}`);
  }

  async notes(policy?: Policy): Promise<AuditCode[]> {
    const { findings } = await this.audit(policy);
    return findings.filter(({ level }) => level === 'note').map(({ code }) => code);
  }
}

export function recordLine(path: string, content: string | Buffer): string {
  const digest = createHash('sha256').update(content).digest('base64url');
  return `${path},sha256=${digest},${Buffer.byteLength(content)}`;
}

export async function shippedPolicy(): Promise<Policy> {
  const { policy, problems } = await loadPolicy([], { now: NOW });
  if (policy === undefined) throw new Error(JSON.stringify(problems));
  return policy;
}

/** A file of `test/audit/fixtures`, in the source tree. */
export function fixture(name: string): string {
  return join('test', 'audit', 'fixtures', name);
}

export function readFixture(name: string): Promise<string> {
  return readFile(fixture(name), 'utf8');
}
