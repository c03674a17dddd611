import { parseSpecifier, type Specifier } from '../domain/specifier.js';
import { canonicalVersion, compareVersions } from '../domain/version.js';
import type { AffectedVersions, VersionSpan } from './affected-versions.js';

/** Whether a version is among those that a record names. @param version in its normal form */
export type Affects = (version: string) => boolean;

/** Made ready once for all files of a project. What is no version may be any, and is among them. */
export function affects({ versions, spans }: AffectedVersions): Affects {
  const listed = new Set(versions.map(canonicalVersion));
  const within = spans.map(readSpan);
  return (version) => {
    const canonical = canonicalVersion(version);
    if (canonical === undefined) return true;
    // A build of a release with a label of its own is made of the same sources, as `==` takes it.
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
    // PEP 440's `<` leaves out the pre-releases of the limit; in the order of versions they come before it.
    (fixed === undefined || compareVersions(version, fixed) < 0) &&
    (untilLast?.matches(version) ?? true);
}
