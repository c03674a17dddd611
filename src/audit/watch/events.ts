import type { AuditFinding } from '../report.js';

/** One thing that a monitor tells; as JSON, one line. `time` is ISO 8601. */
export type WatchEvent = { readonly time: string } & (
  | ({
      readonly event: 'watching';
      readonly path: string;
      /** The policy's revision. */
      readonly policy: string;
    } & Pace)
  /** New, or with other content than before. */
  | ({ readonly event: 'finding' } & AuditFinding)
  /** It is not so any more. */
  | ({ readonly event: 'resolved' } & AuditFinding)
  | ReleaseEvent
  /** The folder is not there; the monitor waits for it. */
  | { readonly event: 'gone'; readonly path: string; readonly reason: string }
  | ({ readonly event: 'back'; readonly path: string } & Pace)
  /** A look failed; the next one comes. */
  | { readonly event: 'error'; readonly reason: string }
);

/** How a folder is watched whose changes the system gives no notice of, or where that was asked for. */
export interface Pace {
  /** Why: the file system's name, or `asked for`. Left out where notices come. */
  readonly polled?: string;
  /** Seconds between two whole looks. */
  readonly every?: number;
}

/** `changed`: the same release has another RECORD: installed anew, or edited together with its files. */
export interface ReleaseEvent {
  readonly event: 'installed' | 'removed' | 'changed';
  readonly project: string;
  readonly version: string | undefined;
  readonly path: string;
}

/** What makes two findings of two looks the same one. The owner of a hook becomes known only later. */
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
 * Whether a finding may be the middle of an install, which ends with RECORD: it waits until two looks agree.
 * What runs at the next start, and what is denied, is told at once.
 */
export function mayBeUnderWay({ code, finding }: AuditFinding): boolean {
  if (code === 'startup-hook') return finding === 'foreign-hook';
  return code !== 'release-refused' && code !== 'file-denied';
}
