import { parseCsv } from '../../inspection/wheel/csv.js';
import { parseRecordHash, type RecordHash } from '../../inspection/wheel/record-hash.js';
import { resolveIn, type SitePath } from './site-path.js';

/** A file's row in the RECORD of an installed distribution (PyPA "Recording installed projects"). */
export interface RecordRow extends RecordHash {
  readonly path: SitePath;
  readonly size: number | undefined;
}

export interface InstalledRecord {
  readonly rows: ReadonlyMap<SitePath, RecordRow>;
  /** Files with two rows that differ in hash or size. */
  readonly contradictory: readonly SitePath[];
}

/** Exceeds the number of files in any distribution. */
const MAX_ROWS = 1_000_000;

/**
 * Reads a RECORD. Paths are relative to the site folder and may lead outside it to scripts and data; they are kept as
 * absolute paths in bytes. A row for a folder proves nothing and is omitted (virtualenv lists `__pycache__`).
 * @param flat the site folder belongs to `pip install --target`, which lists its `bin/x` as `../../bin/x`
 * @throws {RangeError} if it is no CSV, or far too long
 */
export function readInstalledRecord(
  content: Buffer,
  site: SitePath,
  flat: boolean,
): InstalledRecord {
  const rows = new Map<SitePath, RecordRow>();
  const contradictory = new Set<SitePath>();
  const text = content.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  for (const [name = '', hash = '', size = ''] of parseCsv(text)) {
    if (name === '' || name.endsWith('/') || (hash === '' && /(?:^|\/)__pycache__$/.test(name)))
      continue;
    const posix = process.platform === 'win32' ? name.replaceAll('\\', '/') : name;
    const row: RecordRow = {
      path: resolveIn(site, flat ? posix.replace(/^\.\.\/\.\.\//, '') : posix),
      ...parseRecordHash(hash),
      size: /^\d+$/.test(size) ? Number(size) : undefined,
    };
    const earlier = rows.get(row.path);
    if (earlier !== undefined && !sameRow(earlier, row)) contradictory.add(row.path);
    // The row with a hash has priority, so a second row without one does not disable it.
    if (earlier === undefined || earlier.algorithm === '') rows.set(row.path, row);
    if (rows.size > MAX_ROWS) throw new RangeError('it lists too many files');
  }
  return { rows, contradictory: [...contradictory] };
}

function sameRow(a: RecordRow, b: RecordRow): boolean {
  return a.algorithm === b.algorithm && a.digest === b.digest && a.size === b.size;
}
