import { existsSync, statSync } from 'node:fs';
import { AuditPolicy } from '../audit/audit-policy.js';
import { AUDIT_CODES, type AuditLevel } from '../audit/codes.js';
import { auditEnvironment } from '../audit/environment/audit-environment.js';
import { locateEnvironment } from '../audit/environment/locate.js';
import { auditLock } from '../audit/locks/audit-lock.js';
import type { AuditFinding, AuditReport } from '../audit/report.js';
import { counted } from './counted.js';
import { EXIT, type Output, UsageError } from './output.js';
import { loadOwnFeed } from './own-feed.js';
import { loadOwnPolicy } from './own-policy.js';
import { HANG, type Style, type Styled, styled } from './words.js';

export interface AuditOptions {
  readonly policies?: string;
  /** The data folder in which the malware feed lies. */
  readonly data?: string;
  readonly json?: boolean;
}

/**
 * `wheelgate audit`: what is wrong with an environment, or with what a lock would install; exit code 1 where
 * something was found, 2 where something could not be looked at.
 */
export async function runAudit(
  path: string | undefined,
  options: AuditOptions,
  out: Output,
): Promise<number> {
  const feed = await loadOwnFeed(options.data);
  const policy = new AuditPolicy(await loadOwnPolicy(options.policies), Date.now(), feed);
  const target = path ?? defaultEnvironment();
  out.progress(`looking at ${target}`);
  const report = isFile(target)
    ? await auditLock(target, policy)
    : (
        await auditEnvironment(await locateEnvironment(target), policy, {
          onProgress: (text) => out.progress(text),
        })
      ).report;
  const feedOf = feed.syncedAt === undefined ? undefined : new Date(feed.syncedAt).toISOString();
  if (options.json === true) {
    const verdict = verdictOf(report);
    out.json({ verdict, malwareFeed: feedOf ?? null, ...report });
  } else {
    out.line(
      feedOf === undefined
        ? 'without a malware feed: `wheelgate feed sync` fetches one'
        : `with the malware feed of ${feedOf}`,
    );
    show(report, out);
  }
  return { found: EXIT.refused, unclear: EXIT.unclear, fine: EXIT.fine }[verdictOf(report)];
}

/** The environment that is active in this shell, or the one that tools make beside a project. */
export function defaultEnvironment(): string {
  const active = process.env.VIRTUAL_ENV;
  if (active) return active;
  if (existsSync('.venv')) return '.venv';
  throw new UsageError('no environment is active and there is no ./.venv: name a PATH');
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
  note: 'Good to know',
};

const LEVELS = ['found', 'unclear', 'note'] as const;

const STYLES: Readonly<Record<AuditLevel, Style>> = {
  found: 'bad',
  unclear: 'warning',
  note: 'strong',
};

function show({ kind, path, format, policy, counts, findings }: AuditReport, out: Output): void {
  const figures = Object.entries(counts).map(([what, count]) => `${words(what)}: ${count}`);
  out.line(`${path} (${format}): ${figures.join(', ')}; policy revision ${policy}`);
  if (kind === 'lock')
    out.line(
      'No file was opened: this is what the lock and the policy say. A server looks into each file, and so does `wheelgate inspect`.',
    );
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

function summary(findings: readonly AuditFinding[]): Styled[] {
  const count = (level: AuditLevel) => findings.filter((finding) => finding.level === level).length;
  const [found, unclear] = [count('found'), count('unclear')];
  if (found > 0) {
    const rest = unclear === 0 ? '' : `, ${unclear} could not be judged`;
    return [styled('bad', `${counted(found, 'problem')} found${rest}.`)];
  }
  return unclear > 0
    ? [styled('warning', 'Nothing was found in what could be read.')]
    : [styled('good', 'Nothing was found.')];
}

function sentence({ detail, path, line, reference }: AuditFinding): string {
  const where = line === undefined ? '' : ` (${path}:${line})`;
  return `${detail}${where}${reference === undefined ? '' : `, see ${reference}`}`;
}

/** What to do, once for each code that needs it. */
function advise(findings: readonly AuditFinding[], out: Output): void {
  const codes = [...new Set(findings.map(({ code }) => code))].filter(
    (code) => AUDIT_CODES[code].level !== 'note' && AUDIT_CODES[code].advice !== '',
  );
  if (codes.length === 0) return;
  out.line('');
  out.line(styled('strong', 'What to do:'));
  for (const code of codes) out.line(`  ${code}: `, HANG, AUDIT_CODES[code].advice);
}

/** `notPinned` becomes `not pinned`. */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
