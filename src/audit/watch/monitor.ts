import { stat } from 'node:fs/promises';
import type { ProjectName } from '../../domain/project-name.js';
import type { Timers } from '../../runtime/timers.js';
import type { AuditPolicy } from '../audit-policy.js';
import { auditEnvironment, type EnvironmentAudit } from '../environment/audit-environment.js';
import { FileReader } from '../environment/file-reader.js';
import { type Environment, locateEnvironment } from '../environment/locate.js';
import { below, osPath, type SitePath } from '../environment/site-path.js';
import { AuditError, type AuditFinding } from '../report.js';
import type { WatchEvent } from './events.js';
import { isUrgent, lookAtHooks } from './hook-pass.js';
import { Ledger } from './ledger.js';
import type { ChangeNotices } from './notices.js';
import { ReleaseList } from './releases.js';

/** The intervals of a monitor, in milliseconds. */
export interface MonitorTimes {
  /** Without a change for this long, the folder is at rest, and a full scan runs. */
  readonly quiet: number;
  /** Limit after which a full scan runs and waiting findings are reported, even if the folder keeps changing. */
  readonly patience: number;
  /** Between two checks that the folder is still the same one. */
  readonly presence: number;
  /** Between two full scans if no change was noticed, because notifications can be lost. */
  readonly rescan: number;
  /** Between two full scans that read every file, regardless of its times. */
  readonly reread: number;
  /** Between two full scans if the file system does not report external changes. */
  readonly poll: number;
}

export const DEFAULT_TIMES: MonitorTimes = {
  quiet: 2_000,
  patience: 300_000,
  presence: 1_000,
  rescan: 60_000,
  reread: 3_600_000,
  poll: 10_000,
};

type WithoutTime<T> = T extends unknown ? Omit<T, 'time'> : never;

export interface MonitorOptions {
  readonly path: string;
  /** The policy in force at this time. */
  readonly policy: (now: number) => AuditPolicy;
  /** See `HookContext.knownFor`. */
  readonly knownFor: (filename: string) => readonly ProjectName[];
  readonly notices: (onChange: (path: SitePath) => void) => ChangeNotices;
  readonly timers: Timers;
  readonly times?: Partial<MonitorTimes>;
  /** Polls at the `poll` interval on any file system. */
  readonly alwaysPoll?: boolean;
  readonly onEvent: (event: WatchEvent) => void;
  /** Called after each full scan. */
  readonly onLook?: (look: Look) => void;
}

export interface Look {
  readonly audit: EnvironmentAudit;
  /** The reported findings that are still true. */
  readonly standing: readonly AuditFinding[];
  /** The duration in milliseconds. */
  readonly took: number;
  readonly unwatched: number;
}

/**
 * Watches an environment. A hook is reported at once; a finding that an unfinished install may also cause (an unlisted
 * or missing file) waits until two full scans agree.
 */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #times: MonitorTimes;
  readonly #reader = new FileReader();
  readonly #ledger: Ledger;
  readonly #releases = new ReleaseList();
  readonly #notices: ChangeNotices;
  readonly #cancels = new Map<string, () => void>();
  #busy: Promise<void> = Promise.resolve();
  #environment: Environment | undefined;
  #identity = '';
  #last: EnvironmentAudit | undefined;
  /** The time of the first change since the last full scan; undefined if there is none. */
  #changedSince: number | undefined;
  #hooksAsked = false;
  /** Why the folder is polled; undefined if it is not. */
  #polledFor: string | undefined;
  #closed = false;

  private constructor(options: MonitorOptions) {
    this.#options = options;
    this.#times = { ...DEFAULT_TIMES, ...options.times };
    this.#ledger = new Ledger(this.#times.patience);
    this.#notices = options.notices((path) => this.#noticed(path));
  }

  /** Runs the first scan. @throws {AuditError} if the path is no environment */
  static async start(options: MonitorOptions): Promise<Monitor> {
    const monitor = new Monitor(options);
    try {
      const environment = await locateEnvironment(options.path);
      monitor.#identity = await identityOf(environment);
      monitor.#environment = environment;
      await monitor.#choosePace(environment);
    } catch (error) {
      monitor.close();
      throw error;
    }
    monitor.#every('presence', monitor.#times.presence, () => monitor.#checkPresence());
    monitor.#every('reread', monitor.#times.reread, async () => {
      monitor.#reader.forget();
      await monitor.#look();
    });
    const policy = options.policy(options.timers.now()).revision;
    monitor.#tell({ event: 'watching', path: options.path, policy, ...monitor.#pace });
    await monitor.#alone(() => monitor.#look());
    monitor.#rescanLater();
    return monitor;
  }

  /** The result of the last full scan; undefined while the folder is missing. */
  get audit(): EnvironmentAudit | undefined {
    return this.#last;
  }

  /** Resolves when all running and queued work is done. */
  async idle(): Promise<void> {
    let busy: Promise<void> | undefined;
    while (busy !== this.#busy) {
      busy = this.#busy;
      await busy;
    }
  }

  /** Evaluates the policy again after an edit. */
  refresh(): void {
    void this.#alone(() => this.#look());
  }

  close(): void {
    this.#closed = true;
    this.#notices.close();
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  /** For the events that announce a folder to watch. */
  get #pace(): { readonly polled?: string; readonly every?: number } {
    if (this.#polledFor === undefined) return {};
    return { polled: this.#polledFor, every: this.#times.poll / 1000 };
  }

  async #choosePace({ sites }: Environment): Promise<void> {
    this.#polledFor = this.#options.alwaysPoll
      ? 'asked for'
      : await this.#notices.blind(sites).catch(() => undefined);
  }

  /** The interval runs from the end of one scan to the start of the next, so slow storage is not read all the time. */
  #rescanLater(): void {
    const { poll, rescan } = this.#times;
    this.#in('rescan', this.#polledFor === undefined ? rescan : poll, async () => {
      await this.#look().finally(() => this.#rescanLater());
    });
  }

  #noticed(path: SitePath): void {
    if (this.#closed) return;
    this.#changedSince ??= this.#options.timers.now();
    const urgent = this.#environment?.sites.some(
      (site) => below(site, path) !== undefined && isUrgent(site, path),
    );
    if (urgent && !this.#hooksAsked) {
      this.#hooksAsked = true;
      void this.#alone(() => this.#lookAtHooks());
    }
    this.#lookWhenQuiet();
  }

  #lookWhenQuiet(): void {
    const now = this.#options.timers.now();
    const waited = now - (this.#changedSince ?? now);
    const wait = Math.max(0, Math.min(this.#times.quiet, this.#times.patience - waited));
    this.#in('quiet', wait, () => this.#look());
  }

  async #lookAtHooks(): Promise<void> {
    this.#hooksAsked = false;
    const { timers, policy, knownFor } = this.#options;
    const now = timers.now();
    for (const site of this.#environment?.sites ?? []) {
      const claimed = this.#last?.claimed ?? new Map();
      const found = await lookAtHooks(site, claimed, policy(now), this.#reader, knownFor);
      const urgent = found.filter(({ code }) => code === 'startup-hook');
      for (const finding of this.#ledger.add(urgent, now))
        this.#tell({ event: 'finding', ...finding });
    }
  }

  /** A full scan. */
  async #look(): Promise<void> {
    await this.#checkPresence();
    if (this.#environment === undefined) return;
    this.#cancel('quiet');
    const { timers, policy, knownFor, onLook } = this.#options;
    const [began, digested] = [timers.now(), this.#reader.digested];
    this.#changedSince = undefined;
    const audit = await auditEnvironment(this.#environment, policy(began), {
      reader: this.#reader,
      knownFor,
    });
    const same = this.#last !== undefined && sameEntries(this.#last, audit);
    const noticed = this.#changedSince !== undefined;
    const atRest = same && !noticed && this.#reader.digested === digested;
    this.#last = audit;
    this.#notices.watch(foldersOf(audit));
    for (const event of this.#releases.replace(audit)) this.#tell(event);
    const { told, resolved } = this.#ledger.replace(audit.report.findings, began, atRest);
    for (const finding of told) this.#tell({ event: 'finding', ...finding });
    for (const finding of resolved) this.#tell({ event: 'resolved', ...finding });
    if (noticed || this.#ledger.waiting) {
      this.#changedSince ??= began;
      this.#lookWhenQuiet();
    }
    onLook?.({
      audit,
      standing: this.#ledger.standing,
      took: timers.now() - began,
      unwatched: this.#notices.unwatched,
    });
  }

  async #checkPresence(): Promise<void> {
    const { path } = this.#options;
    try {
      const environment = await locateEnvironment(path);
      const identity = await identityOf(environment);
      if (identity === this.#identity && this.#environment !== undefined) {
        if (this.#polledFor !== undefined) await this.#lookAtHooks();
        return;
      }
      const wasGone = this.#environment === undefined;
      this.#identity = identity;
      this.#environment = environment;
      await this.#choosePace(environment);
      this.#rescanLater();
      if (wasGone) this.#tell({ event: 'back', path, ...this.#pace });
      // The watches of the previous folder are dead, even if the name is the same.
      this.#notices.watch([]);
      this.#notices.watch(environment.sites);
      this.#changedSince ??= this.#options.timers.now();
      await this.#lookAtHooks();
      this.#lookWhenQuiet();
    } catch (error) {
      if (!(error instanceof AuditError) && !isMissing(error)) throw error;
      if (this.#environment === undefined) return;
      this.#environment = undefined;
      this.#last = undefined;
      this.#ledger.clear();
      this.#releases.forget();
      this.#reader.forget();
      this.#notices.watch([]);
      this.#cancel('quiet');
      this.#tell({ event: 'gone', path, reason: (error as Error).message });
    }
  }

  /** Runs one task at a time. A failure is reported, and the next scan still runs. */
  #alone(work: () => Promise<void>): Promise<void> {
    this.#busy = this.#busy.then(async () => {
      if (this.#closed) return;
      try {
        await work();
      } catch (error) {
        this.#tell({ event: 'error', reason: (error as Error).message });
      }
    });
    return this.#busy;
  }

  #in(name: string, milliseconds: number, work: () => Promise<void>): void {
    if (this.#closed) return;
    this.#cancel(name);
    const run = () => {
      this.#cancels.delete(name);
      void this.#alone(work);
    };
    this.#cancels.set(name, this.#options.timers.after(milliseconds, run));
  }

  #every(name: string, milliseconds: number, work: () => Promise<void>): void {
    this.#in(name, milliseconds, async () => {
      await work().finally(() => this.#every(name, milliseconds, work));
    });
  }

  #cancel(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  #tell(event: WithoutTime<WatchEvent>): void {
    const time = new Date(this.#options.timers.now()).toISOString();
    this.#options.onEvent({ time, ...event } as WatchEvent);
  }
}

/** Identifies the site folders of an environment: a new folder with the same name has another identity. */
async function identityOf({ sites }: Environment): Promise<string> {
  const parts = await Promise.all(
    sites.map(async (site) => {
      const { dev, ino } = await stat(osPath(site), { bigint: true });
      return `${site}|${dev}|${ino}`;
    }),
  );
  return parts.join('\n');
}

/** All folders in the site folders, and external ones with files in a RECORD: scripts. */
function foldersOf({ listings, claimed }: EnvironmentAudit): SitePath[] {
  const folders = new Set(listings.flatMap((listing) => listing.folders));
  for (const [path, { facts }] of claimed)
    if (facts.kind === 'file') folders.add(path.slice(0, path.lastIndexOf('/')) as SitePath);
  return [...folders];
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function sameEntries(a: EnvironmentAudit, b: EnvironmentAudit): boolean {
  const names = ({ listings }: EnvironmentAudit) =>
    listings.flatMap(({ entries }) => entries.map(({ path, kind }) => `${kind} ${path}`));
  const [before, after] = [names(a), names(b)];
  return before.length === after.length && before.every((name, index) => name === after[index]);
}
