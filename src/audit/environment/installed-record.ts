import { parseCsv } from '../../inspection/wheel/csv.js';
import { parseRecordHash, type RecordHash } from '../../inspection/wheel/record-hash.js';
import { resolveIn, type SitePath } from './site-path.js';

/** What an installed distribution's RECORD says of one file (PyPA "Recording installed projects"). */
export interface RecordRow extends RecordHash {
  readonly path: SitePath;
  readonly size: number | undefined;
}

export interface InstalledRecord {
  readonly rows: ReadonlyMap<SitePath, RecordRow>;
  /** Files that stand there twice, with different hashes or sizes. */
  readonly contradictory: readonly SitePath[];
}

/** More files than any distribution has. */
const MAX_ROWS = 1_000_000;

/**
 * Reads a RECORD. Paths are relative to the site folder and may climb to scripts and data; they are kept as
 * bytes, absolute. A row for a folder vouches for nothing and is left out (virtualenv lists `__pycache__`).
 * @param flat the site folder is one of `pip install --target`, which lists `bin/x` in it as `../../bin/x`
 * @throws {RangeError} where it is no CSV, or far too long
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
    // The row with a hash counts, so that a second one without does not lift it.
    if (earlier === undefined || earlier.algorithm === '') rows.set(row.path, row);
    if (rows.size > MAX_ROWS) throw new RangeError('it lists too many files');
  }
  return { rows, contradictory: [...contradictory] };
}

function sameRow(a: RecordRow, b: RecordRow): boolean {
  return a.algorithm === b.algorithm && a.digest === b.digest && a.size === b.size;
}
