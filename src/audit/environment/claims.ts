import { STRONG_HASHES } from '../../inspection/wheel/record-hash.js';
import { NOT_AS_RECORDED } from '../../messages/commands.js';
import { type AuditFinding, auditFinding } from '../report.js';
import type { InstalledDistribution } from './distributions.js';
import type { FileFacts, FileReader } from './file-reader.js';
import type { RecordRow } from './installed-record.js';
import { below, type SitePath, shownPath } from './site-path.js';

/** An entry in a distribution's RECORD for a file. */
export interface Claim {
  readonly owner: InstalledDistribution;
  readonly row: RecordRow;
}

/** A file, its content's facts, and the distributions that list it. */
export interface ClaimedFile {
  readonly facts: FileFacts;
  readonly claims: readonly Claim[];
}

/**
 * Compares every file in a RECORD with the file system. A file outside the environment's prefix is not opened: a
 * hostile RECORD could name any file of the machine.
 */
export class ClaimChecker {
  readonly findings: AuditFinding[] = [];
  readonly #files = new Map<SitePath, ClaimedFile>();
  readonly #reader: FileReader;
  readonly #sites: readonly SitePath[];
  readonly #roots: readonly SitePath[];

  /** @param prefix undefined if unknown: then only the site folders count as inside */
  constructor(reader: FileReader, sites: readonly SitePath[], prefix: SitePath | undefined) {
    this.#reader = reader;
    this.#sites = sites;
    this.#roots = prefix === undefined ? sites : [prefix, ...sites];
  }

  get files(): ReadonlyMap<SitePath, ClaimedFile> {
    return this.#files;
  }

  /** The distributions whose RECORD lists the file with its actual hash. */
  owners(path: SitePath): readonly InstalledDistribution[] {
    const file = this.#files.get(path);
    if (file === undefined) return [];
    return file.claims.filter(({ row }) => vouches(row, file.facts)).map(({ owner }) => owner);
  }

  async check(
    distributions: readonly InstalledDistribution[],
    each: <T>(items: readonly T[], work: (item: T) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const claims = new Map<SitePath, Claim[]>();
    for (const owner of distributions)
      for (const row of owner.record?.rows.values() ?? []) {
        if (!this.#roots.some((root) => below(root, row.path) !== undefined))
          this.#add('record-outside', { owner, row }, 'is outside the environment');
        else claims.set(row.path, [...(claims.get(row.path) ?? []), { owner, row }]);
      }
    for (const owner of distributions)
      for (const path of owner.record?.contradictory ?? [])
        this.#add(
          'record-duplicate',
          { owner, row: owner.record!.rows.get(path)! },
          'has two entries',
        );
    await each([...claims], async ([path, claimants]) => {
      const algorithm = claimants.map(({ row }) => row.algorithm).find(isOtherHash);
      const facts = await this.#reader.facts(path, algorithm);
      this.#files.set(path, { facts, claims: claimants });
    });
    for (const file of this.#files.values())
      for (const claim of file.claims) this.#compare(claim, file);
  }

  #compare(claim: Claim, { facts, claims }: ClaimedFile): void {
    const { row, owner } = claim;
    if (isOwnRecord(row.path, owner)) return;
    if (facts.kind === 'missing') {
      // Bytecode is a cache, and may be deleted.
      if (!/\.pyc$/.test(row.path)) this.#add('file-missing', claim, 'is missing');
      return;
    }
    if (facts.kind === 'unreadable')
      return this.#add('unreadable', claim, `cannot be read (${facts.why})`);
    if (facts.kind !== 'file') return this.#add('file-altered', claim, 'is no longer a file');
    if (row.algorithm === '') {
      if (isCompiled(row.path) || isInert(row.path, facts.size)) return;
      // virtualenv lists its generated scripts without a hash; they are never imported.
      const code = this.#isInSite(row.path) ? 'record-hash-missing' : 'script-unvouched';
      return this.#add(code, claim, 'has no hash in RECORD', facts.sha256);
    }
    if (!STRONG_HASHES.has(row.algorithm))
      return this.#add('record-hash-weak', claim, `has only a ${row.algorithm} hash in RECORD`);
    if (!vouches(row, facts)) {
      const other = claims.find((one) => one !== claim && vouches(one.row, facts));
      return other === undefined
        ? this.#add('file-altered', claim, NOT_AS_RECORDED, facts.sha256)
        : this.#add('file-overwritten', claim, `now belongs to ${other.owner.label}`, facts.sha256);
    }
    if (row.size !== undefined && row.size !== facts.size)
      this.#add('file-size', claim, `has ${facts.size} bytes, not ${row.size} as RECORD says`);
  }

  #isInSite(path: SitePath): boolean {
    return this.#sites.some((site) => below(site, path) !== undefined);
  }

  #add(
    code: AuditFinding['code'],
    { owner, row }: Claim,
    what: string,
    sha256?: AuditFinding['sha256'],
  ): void {
    const path = shownPath(row.path);
    this.findings.push(
      auditFinding(code, `${path} of ${owner.label} ${what}`, {
        path,
        project: owner.project,
        version: owner.version,
        sha256,
      }),
    );
  }
}

/** Whether the file has the hash of the row, by a secure algorithm. */
export function vouches(row: RecordRow, facts: FileFacts): boolean {
  if (facts.kind !== 'file' || !STRONG_HASHES.has(row.algorithm)) return false;
  const digest = row.algorithm === 'sha256' ? Buffer.from(facts.sha256, 'hex') : facts.other;
  return digest?.toString('base64url') === row.digest;
}

function isOtherHash(algorithm: string): boolean {
  return algorithm !== 'sha256' && STRONG_HASHES.has(algorithm);
}

/** RECORD cannot contain its own hash, and the former signature files were created after it. */
function isOwnRecord(path: SitePath, { folder }: InstalledDistribution): boolean {
  return /^RECORD(?:\.jws|\.p7s)?$/.test(below(folder, path) ?? '');
}

/** Installers list their compiled files without a hash. */
function isCompiled(path: SitePath): boolean {
  return /\/__pycache__\/[^/]+\.pyc$/.test(path);
}

/** The INSTALLER file, and virtualenv's empty marker next to a generated folder. */
function isInert(path: SitePath, size: number): boolean {
  return /\.dist-info\/INSTALLER$/.test(path) || (size === 0 && /\.virtualenv$/.test(path));
}
