import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { ByteSource } from '../byte-source.js';
import { HookInspector } from '../hooks/hook-inspector.js';
import { landings } from '../hooks/landing.js';
import { sdistLandings } from '../hooks/sdist-landing.js';
import type { Report } from '../report.js';
import { unpack } from '../wheel/inspect-wheel.js';
import { foldsCase } from './check-names.js';
import { openZip } from './open-zip.js';

/** Inspects an egg or a zipped sdist: the archive's structure, every member's data, and start-up hooks. */
export async function inspectZip(
  source: ByteSource,
  name: DistributionFilename,
  report: Report,
): Promise<void> {
  const entries = openZip(source, foldsCase(name.filename), report);
  const locate = name.kind === 'sdist' ? sdistLandings : landings;
  const hooks = new HookInspector(name.project, report, locate);
  for (const entry of entries) {
    if (entry.isFolder) continue;
    const hook = hooks.announce(entry.name) === 'content';
    if (!hook && !entry.hasDescriptor && report.limits.inflate === 'needed') continue;
    const content = await unpack(source, entry, hook, undefined, report);
    if (!hook) continue;
    if (content?.bytes === undefined) hooks.tooLarge(entry.name);
    else hooks.look(entry.name, content.bytes);
  }
  hooks.finish();
}
