import { existsSync, statSync } from 'node:fs';
import { AuditPolicy } from '../audit/audit-policy.js';
import { AUDIT_CODES, type AuditLevel } from '../audit/codes.js';
import { auditEnvironment } from '../audit/environment/audit-environment.js';
import { locateEnvironment } from '../audit/environment/locate.js';
import { auditChange, type ChangeReport } from '../audit/locks/audit-change.js';
import { auditLock, readLock } from '../audit/locks/audit-lock.js';
import { markdownOf } from '../audit/markdown.js';
import type { AuditFinding, AuditReport } from '../audit/report.js';
import { sarifOf } from '../audit/sarif.js';
import { loadConfig } from '../config/load.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import { counted } from '../domain/plural.js';
import { WHAT_TO_DO } from '../messages/commands.js';
import { VERSION } from '../runtime/package-root.js';
import { readBase } from './base-lock.js';
import { lockedFacts } from './locked-facts.js';
import { EXIT, type Output, UsageError } from './output.js';
import { loadOwnFeed } from './own-feed.js';
import { loadOwnPolicy, type OwnPolicies, ownPolicies, policiesInWords } from './own-policy.js';
import { copied, HANG, type Style, type Styled, styled } from './words.js';

export interface AuditOptions {
  readonly policies?: string;
  /** The data folder with the malware feed. */
  readonly data?: string;
  /** Another lock, a file or REV:PATH: only the differences are audited. */
  readonly base?: string;
  readonly format?: Format;
  /** The index that counts as Wheelgate, and the server to query about new files: a URL. */
  readonly index?: string;
  readonly json?: boolean;
}

export const FORMATS = ['text', 'markdown', 'sarif', 'json'] as const;
type Format = (typeof FORMATS)[number];

/**
 * `wheelgate audit`: lists the problems of an environment, or of the files that a lock would install. Exit code 1 if
 * there are findings, 2 if something could not be read.
 */
export async function runAudit(
  path: string | undefined,
  options: AuditOptions,
  out: Output,
): Promise<number> {
  if (options.json === true && ![undefined, 'text', 'json'].includes(options.format))
    throw new UsageError(`--json and --format ${options.format} exclude each other`);
  if (options.index !== undefined && !/^https?:$/.test(schemeOf(options.index)))
    throw new UsageError('--index needs a URL such as https://wheelgate.example.com');
  const feed = await loadOwnFeed(options.data);
  const policies = ownPolicies(options.policies);
  const policy = new AuditPolicy(await loadOwnPolicy(policies.folder), Date.now(), feed);
  const target = path ?? defaultEnvironment();
  out.progress(`looking at ${target}`);
  const own = ownIndex();
  const index = options.index ?? own.url;
  const report = await reportOn(target, policy, { ...options, index }, out);
  const format = options.json === true ? 'json' : (options.format ?? 'text');
  tell(report, { feed, policies }, format, out);
  if (format === 'text' && options.index === undefined && own.assumed && hasOtherIndex(report))
    out.line(
      `compared with the listening address, ${own.url}: specify --index if clients use another URL of Wheelgate`,
    );
  return { found: EXIT.refused, unclear: EXIT.unclear, fine: EXIT.fine }[verdictOf(report)];
}

function schemeOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

async function reportOn(
  target: string,
  policy: AuditPolicy,
  { base, index }: AuditOptions & { readonly index: string },
  out: Output,
): Promise<AuditReport | ChangeReport> {
  const onProgress = (text: string) => out.progress(text);
  if (!isFile(target)) {
    if (base !== undefined) throw new UsageError('--base requires a lock file as PATH');
    const environment = await locateEnvironment(target);
    return (await auditEnvironment(environment, policy, { onProgress })).report;
  }
  const after = await readLock(target);
  if (base === undefined) return auditLock(after, policy, index);
  return auditChange({
    base: await readBase(base, target),
    after,
    policy,
    index,
    ask: lockedFacts(index),
    now: Date.now(),
    onProgress,
  });
}

/** The URL of this machine's own Wheelgate, from its settings; `assumed` if they have no `public-url`. */
function ownIndex(): { readonly url: string; readonly assumed: boolean } {
  const { publicUrl, listen, tls } = loadConfig({
    env: process.env,
    uses: ['public-url', 'listen', 'tls'],
  });
  if (publicUrl !== undefined) return { url: publicUrl, assumed: false };
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return { url: `${tls === undefined ? 'http' : 'https'}://${host}:${listen.port}`, assumed: true };
}

function hasOtherIndex({ findings }: AuditReport): boolean {
  return findings.some(({ code }) => code === 'other-index');
}

/** What a report is based on, beside the audited path. */
interface Basis {
  readonly feed: MalwareFeed;
  readonly policies: OwnPolicies;
}

function tell(
  report: AuditReport | ChangeReport,
  { feed: { syncedAt }, policies }: Basis,
  format: Format,
  out: Output,
): void {
  const feedOf = syncedAt === undefined ? undefined : new Date(syncedAt).toISOString();
  if (format === 'json')
    return out.json({
      verdict: verdictOf(report),
      malwareFeed: feedOf ?? null,
      policies: policies.folder ?? null,
      ...report,
    });
  if (format === 'sarif') return out.json(sarifOf(report, process.cwd(), VERSION));
  if (format === 'markdown')
    return void markdownOf(report)
      .trimEnd()
      .split('\n')
      .map((line) => out.line(copied(line)));
  out.line(
    feedOf === undefined
      ? 'no malware feed: run `wheelgate feed sync`'
      : `with the malware feed of ${feedOf}`,
  );
  out.line(`with ${policiesInWords(policies)}`);
  show(report, out);
}

/** The environment that is active in this shell, or the default environment of the project. */
export function defaultEnvironment(): string {
  const active = process.env.VIRTUAL_ENV;
  if (active) return active;
  if (existsSync('.venv')) return '.venv';
  throw new UsageError('no active environment and no ./.venv: specify a PATH');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function verdictOf({ findings }: AuditReport): 'found' | 'unclear' | 'fine' {
  const has = (level: AuditLevel) => findings.some((finding) => finding.level === level);
  if (has('found')) return 'found';
  return has('unclear') ? 'unclear' : 'fine';
}

const TITLES: Readonly<Record<AuditLevel, string>> = {
  found: 'Found',
  unclear: 'Could not be judged',
  note: 'Notes',
};

const LEVELS = ['found', 'unclear', 'note'] as const;

const STYLES: Readonly<Record<AuditLevel, Style>> = {
  found: 'bad',
  unclear: 'warning',
  note: 'strong',
};

function show(report: AuditReport | ChangeReport, out: Output): void {
  const { kind, path, format, policy, counts, findings } = report;
  const figures = Object.entries(counts).map(([what, count]) => `${words(what)}: ${count}`);
  out.line(`${path} (${format}): ${figures.join(', ')}; policy revision ${policy}`);
  if (kind === 'lock')
    out.line(
      'The report uses only the lock and the policy. A server, or `wheelgate inspect`, also inspects the files.',
    );
  if ('changes' in report) showChanges(report, out);
  for (const level of LEVELS) {
    const own = findings.filter((finding) => finding.level === level);
    if (own.length === 0) continue;
    out.line('');
    out.line(styled(STYLES[level], `${TITLES[level]} (${own.length}):`));
    const width = Math.max(...own.map(({ code }) => code.length));
    for (const finding of own)
      out.line('  ', styled('strong', finding.code.padEnd(width)), '  ', HANG, sentence(finding));
  }
  advise(findings, out);
  out.line('');
  out.line(...summary(findings));
}

const VERDICTS = {
  allow: styled('good', 'allowed'),
  warn: styled('warning', 'warned of'),
  block: styled('bad', 'refused'),
} as const;

function showChanges({ base, changes }: ChangeReport, out: Output): void {
  out.line('');
  out.line(styled('strong', `Against ${base}:`));
  if (changes.length === 0) out.line('  no release was added, moved or removed');
  for (const { project, from, to, change, days, verdict, publishers, newHooks } of changes) {
    const what =
      change === 'files' ? `${to}, other files` : `${from ?? 'new'} -> ${to ?? 'removed'}`;
    const age = days === undefined ? '' : `, ${counted(days, 'day')} old`;
    const by = publishers === undefined ? '' : `, attested by ${publishers.join(', ') || 'nobody'}`;
    const hooks = newHooks.length === 0 ? '' : `, new start-up hooks: ${newHooks.join(', ')}`;
    const said = verdict === undefined ? [] : [', ', VERDICTS[verdict]];
    out.line('  ', HANG, `${project}: ${what}${age}`, ...said, `${by}${hooks}`);
  }
}

function summary(findings: readonly AuditFinding[]): Styled[] {
  const count = (level: AuditLevel) => findings.filter((finding) => finding.level === level).length;
  const [found, unclear] = [count('found'), count('unclear')];
  if (found > 0) {
    const rest = unclear === 0 ? '' : `, ${unclear} could not be judged`;
    return [styled('bad', `${counted(found, 'problem')} found${rest}.`)];
  }
  return unclear > 0
    ? [styled('warning', 'No problems found in the readable files.')]
    : [styled('good', 'No problems found.')];
}

function sentence({ detail, path, line, reference }: AuditFinding): string {
  const where = line === undefined ? '' : ` (${path}:${line})`;
  return `${detail}${where}${reference === undefined ? '' : `, see ${reference}`}`;
}

/** The advice, once per code. */
function advise(findings: readonly AuditFinding[], out: Output): void {
  const codes = [...new Set(findings.map(({ code }) => code))].filter(
    (code) => AUDIT_CODES[code].level !== 'note' && AUDIT_CODES[code].advice !== '',
  );
  if (codes.length === 0) return;
  out.line('');
  out.line(styled('strong', WHAT_TO_DO));
  for (const code of codes) out.line(`  ${code}: `, HANG, AUDIT_CODES[code].advice);
}

/** `notPinned` becomes `not pinned`. */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
