import { likelyNext } from '../artifacts/ahead/likely-next.js';
import { ReleaseFetcher } from '../artifacts/ahead/release-fetcher.js';
import type { ArtifactService } from '../artifacts/artifact-service.js';
import type { Config } from '../config/config.js';
import type { ShortLeases } from '../fleet/short-leases.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { JudgedPageListener } from '../project-pages/project-pages-service.js';
import type { Process } from './process.js';

const MIB = 2 ** 20;
/** Longer files are not fetched ahead, in bytes. A small cache must not be emptied by one of them. */
const LONGEST = 256 * MIB;
/** So many times less than the disk cache is fetched ahead in an hour, and a quarter of that in one file. */
const PART_OF_DISK = 10;
/** Bytes in an hour. */
const HOURLY = 1024 * MIB;

export interface FetchingAhead {
  /** Fetches the new files of a page. */
  readonly onJudged: JudgedPageListener;
  /** Fetches files, within the limits. */
  announce(files: readonly ListedFile[]): void;
}

/** Fetches new releases ahead; undefined if that is disabled. */
export function createFetchingAhead(
  { cache, probe }: Config,
  { now, metrics, log, closing }: Process,
  leases: ShortLeases,
  artifacts: Pick<ArtifactService, 'open'>,
): FetchingAhead | undefined {
  if (probe.ahead === 'off') return undefined;
  const hourly = Math.min(HOURLY, cache.disk / PART_OF_DISK);
  const fetcher = new ReleaseFetcher(
    { longest: Math.min(LONGEST, hourly / 4), hourly },
    {
      artifacts,
      leases,
      now,
      onEnded: ({ file, subject }, result) => {
        metrics.aheadFetches.inc({ result });
        if (result !== 'failed') metrics.aheadBytes.inc(file.size ?? 0);
        log.debug({ filename: subject.filename, result }, 'fetched ahead');
      },
    },
  );
  closing.add(() => fetcher.close());
  const onJudged: JudgedPageListener = ({ loaded, verdicts, inspected }) => {
    const { page, listing, upstream } = loaded;
    if (!upstream.inspect) return;
    const files = likelyNext({
      files: page.files,
      isInspected: (index) => inspected.has(index),
      isOffered: (index) =>
        verdicts[index]?.outcome !== 'block' && page.files[index]?.yanked === false,
    });
    fetcher.announce(files.map((file) => listing.listed(file)));
  };
  return { onJudged, announce: (files) => fetcher.announce(files) };
}
