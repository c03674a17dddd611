import { compareVersions } from './version.js';

/** A release with the first upload of its files, including yanked ones. */
export interface DatedRelease {
  /** PEP 440's normal form. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly uploadTime: number;
}

/**
 * The fallback releases for a client that cannot install a release. Pre-releases and fully yanked releases are
 * excluded.
 */
export interface DatedReleases {
  /**
   * The release itself, of any kind, and the releases below it, in descending order (PEP 440). The upload time of the
   * release itself is that of the first file of its public version; it counts as old if one of those files has no
   * upload time.
   * @param version in its normal form
   */
  from(version: string): Iterable<DatedRelease>;
}

/** As a decision record keeps them: each with the time of its upload, ISO 8601. */
export type RecordedReleases = readonly (readonly [version: string, uploaded: string])[];

/** Beyond the longest cooldown, in milliseconds: older files need no releases. */
const YOUNG = 14 * 86_400_000;
/** So many releases are written down of a file that is not. */
const MOST = 5;

/** @param now milliseconds since 1970 @returns undefined if they would have no effect */
export function writeReleases(
  {
    releases,
    version,
    uploadTime,
  }: {
    readonly releases?: DatedReleases | undefined;
    readonly version: string | undefined;
    readonly uploadTime: number | undefined;
  },
  now: number,
): RecordedReleases | undefined {
  if (releases === undefined || version === undefined || uploadTime === undefined) return undefined;
  if (now - uploadTime >= YOUNG) return undefined;
  const written: (readonly [string, string])[] = [];
  for (const { version: below, uploadTime: uploaded } of releases.from(version)) {
    written.push([below, new Date(uploaded).toISOString()]);
    if (written.length === MOST) break;
  }
  return written;
}

/** @param recorded of another's log, which may hold anything */
export function readReleases(recorded: unknown): DatedReleases | undefined {
  if (!Array.isArray(recorded)) return undefined;
  const releases = recorded.flatMap((written: unknown): DatedRelease[] => {
    const [version, uploaded] = Array.isArray(written) ? (written as unknown[]) : [];
    const uploadTime = typeof uploaded === 'string' ? Date.parse(uploaded) : Number.NaN;
    if (typeof version !== 'string' || Number.isNaN(uploadTime)) return [];
    return [{ version, uploadTime }];
  });
  return {
    from: (version) => releases.filter((one) => compareVersions(one.version, version) <= 0),
  };
}
