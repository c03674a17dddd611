import type { FileFacts } from './file-reader.js';
import type { SitePath } from './site-path.js';

const CACHED =
  /^(.*\/)__pycache__\/([^/]+)\.(?!opt-)[a-z]+-?\d+[a-z0-9]*(?:-pytest-[\w.]+)?(?:\.opt-\w+)?\.pyc$/;

/** The source of a file in a `__pycache__` folder (PEP 3147); undefined for any other file. */
export function sourceOf(path: SitePath): SitePath | undefined {
  const [, folder, stem] = CACHED.exec(path) ?? [];
  return folder === undefined ? undefined : (`${folder}${stem}.py` as SitePath);
}

/**
 * Whether the bytecode's header tells Python not to compare it with its source (PEP 552: hash-based and unchecked). No
 * installer writes that, and the source's hash then proves nothing.
 */
export function isUnchecked(facts: FileFacts): boolean {
  return (
    facts.kind === 'file' && facts.start.length === 8 && (facts.start.charCodeAt(4) & 0b11) === 0b01
  );
}
