import { parseSpecifier, type Specifier } from '../domain/specifier.js';
import { canonicalVersion, compareVersions } from '../domain/version.js';
import type { AffectedVersions, VersionSpan } from './affected-versions.js';

/** Whether a record names the version. @param version in its normal form */
export type Affects = (version: string) => boolean;

/** Prepares the check once for all files of a project. An invalid version may be any, so it is affected. */
export function affects({ versions, spans }: AffectedVersions): Affects {
  const listed = new Set(versions.map(canonicalVersion));
  const within = spans.map(readSpan);
  return (version) => {
    const canonical = canonicalVersion(version);
    if (canonical === undefined) return true;
    // A build with a local version label has the same sources, so it matches as for `==`.
    return (
      listed.has(canonical) ||
      listed.has(canonical.split('+', 1)[0]) ||
      within.some((holds) => holds(version))
    );
  };
}

function readSpan({ introduced, fixed, last }: VersionSpan): Affects {
  const untilLast: Specifier | undefined =
    last === undefined ? undefined : parseSpecifier(`<=${last}`);
  return (version) =>
    (introduced === '0' || compareVersions(version, introduced) >= 0) &&
    // PEP 440's `<` excludes the pre-releases of the limit; in version order they precede it.
    (fixed === undefined || compareVersions(version, fixed) < 0) &&
    (untilLast?.matches(version) ?? true);
}
