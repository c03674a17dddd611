import type { AuditFinding } from '../report.js';

/** One event of a monitor; one line of JSON. `time` is ISO 8601. */
export type WatchEvent = { readonly time: string } & (
  | ({
      readonly event: 'watching';
      readonly path: string;
      /** The policy's revision. */
      readonly policy: string;
    } & Pace)
  /** New, or with changed content. */
  | ({ readonly event: 'finding' } & AuditFinding)
  /** No longer true. */
  | ({ readonly event: 'resolved' } & AuditFinding)
  | ReleaseEvent
  /** The folder is missing; the monitor waits for it. */
  | { readonly event: 'gone'; readonly path: string; readonly reason: string }
  | ({ readonly event: 'back'; readonly path: string } & Pace)
  /** A scan failed; the next one follows. */
  | { readonly event: 'error'; readonly reason: string }
);

/** How a folder is watched if the system does not report its changes, or if polling was requested. */
export interface Pace {
  /** The reason: the file system's name, or `asked for`. Omitted if changes are reported. */
  readonly polled?: string;
  /** Seconds between two full scans. */
  readonly every?: number;
}

/** `changed`: the same release has another RECORD, because it was reinstalled or edited with its files. */
export interface ReleaseEvent {
  readonly event: 'installed' | 'removed' | 'changed';
  readonly project: string;
  readonly version: string | undefined;
  readonly path: string;
}

/** The identity of a finding across scans. It omits a hook's owner, which becomes known only later. */
export function findingKey(finding: AuditFinding): string {
  const { code, level, path, sha256, rule, reference, detail } = finding;
  return JSON.stringify([
    code,
    finding.finding,
    path,
    sha256,
    rule,
    reference,
    level === 'note' ? detail : '',
  ]);
}

/**
 * Whether a finding may be caused by an unfinished install, which writes RECORD last: it is reported when two scans
 * agree. Code that runs at the next start, and denied content, are reported at once.
 */
export function mayBeUnderWay({ code, finding }: AuditFinding): boolean {
  if (code === 'startup-hook') return finding === 'foreign-hook';
  return code !== 'release-refused' && code !== 'file-denied';
}
