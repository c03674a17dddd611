import { type ContentSink, Held } from './archive/content.js';
import type { InspectionRun } from './inspection-run.js';
import { checkMetadata } from './wheel/metadata.js';

/** A larger PKG-INFO is not read: an sdist's metadata is checked only if that is cheap. */
const MAX_BYTES = 1024 * 1024;

/** Checks an sdist's own PKG-INFO (`name-version/PKG-INFO`), which must name the filename's release and require no URL. */
export function parseSdistMetadata(
  path: string,
  size: number,
  run: InspectionRun,
): { readonly sinks: readonly ContentSink[]; finish(): void } | undefined {
  if (!/^(?:\.\/)?[^/]+\/PKG-INFO$/.test(path) || size > MAX_BYTES) return undefined;
  const held = new Held();
  return {
    sinks: [held],
    finish: () => checkMetadata(held.bytes, run.artifact, path, run.findings),
  };
}
