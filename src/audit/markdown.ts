import { basename } from 'node:path';
import { counted } from '../domain/plural.js';
import { AUDIT_CODES, type AuditLevel } from './codes.js';
import type { ChangeReport, ReportedChange } from './locks/audit-change.js';
import type { AuditFinding, AuditReport } from './report.js';

/** Identifies the comment that a job keeps up to date. */
const MARK = '<!-- wheelgate -->';
/** Maximum number of table rows and of findings; a forge cuts a comment at 65,536 characters. */
const MOST = 100;

/** A report as a comment on a change of a lock; it begins with `<!-- wheelgate -->`. */
export function markdownOf(report: AuditReport | ChangeReport): string {
  const parts = 'changes' in report ? changeParts(report) : [];
  return `${[MARK, heading(report), ...parts, ...findingParts(report.findings)].join('\n\n')}\n`;
}

function heading(report: AuditReport | ChangeReport): string {
  const count = (level: AuditLevel) =>
    report.findings.filter((finding) => finding.level === level).length;
  const [found, unclear] = [count('found'), count('unclear')];
  const name = code(basename(report.path));
  const verdict =
    found > 0
      ? `✖ ${counted(found, 'problem')}`
      : unclear > 0
        ? '▲ could not be judged completely'
        : '✔ nothing found';
  const what = 'changes' in report ? `${name} against ${code(report.base)}` : name;
  return `### Wheelgate: ${verdict} in ${what}`;
}

function changeParts({ changes }: ChangeReport): string[] {
  if (changes.length === 0) return ['No release was added, moved or removed.'];
  const rows = changes.slice(0, MOST).map(rowOf);
  const more = changes.length > MOST ? [`… and ${changes.length - MOST} more.`] : [];
  const table = [
    '| project | change | age | verdict | attested by | new start-up hooks |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
  return [table, ...more];
}

function rowOf(change: ReportedChange): string {
  const { project, days, verdict, publishers, attestedBefore, newHooks } = change;
  const cells = [
    code(project),
    moved(change),
    days === undefined ? '' : days < 1 ? 'today' : `${days} d`,
    verdict === undefined ? '' : WORDS[verdict],
    attested(publishers, attestedBefore),
    newHooks.map(code).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

const WORDS = { allow: '✔ allowed', warn: '▲ warned of', block: '✖ **refused**' } as const;

function moved({ change, from, to }: ReportedChange): string {
  switch (change) {
    case 'added':
      return `new: ${code(to!)}`;
    case 'removed':
      return `removed: ${code(from!)}`;
    case 'files':
      return `${code(to!)}: other files`;
    case 'moved':
      return `${code(from!)} → ${code(to!)}`;
  }
}

function attested(
  now: readonly string[] | undefined,
  before: readonly string[] | undefined,
): string {
  if (now === undefined) return '';
  const by = now.length === 0 ? 'nobody' : now.map(code).join(', ');
  const isOther =
    before !== undefined && before.length > 0 && !now.some((one) => before.includes(one));
  return isOther ? `▲ ${by} (was ${before.map(code).join(', ')})` : by;
}

const TITLES: Readonly<Record<AuditLevel, string>> = {
  found: 'Found',
  unclear: 'Could not be judged',
  note: 'Notes',
};

function findingParts(findings: readonly AuditFinding[]): string[] {
  return (['found', 'unclear', 'note'] as const).flatMap((level) => {
    const own = findings.filter((finding) => finding.level === level);
    if (own.length === 0) return [];
    const lines = own.slice(0, MOST).map(lineOf);
    if (own.length > MOST) lines.push(`- … and ${own.length - MOST} more.`);
    const advice = [...new Set(own.map((finding) => AUDIT_CODES[finding.code].advice))].filter(
      (text) => text !== '' && level !== 'note',
    );
    return [`**${TITLES[level]}**`, lines.join('\n'), ...advice.map((text) => `> ${text}`)];
  });
}

function lineOf({ code: name, detail, line, reference }: AuditFinding): string {
  const where = line === undefined ? '' : ` (line ${line})`;
  const see = reference === undefined ? '' : `, see ${plain(reference)}`;
  return `- ${code(name)}: ${plain(detail)}${where}${see}`;
}

/** Values from a lock, an index or a policy are plain text: links, images and mentions must not work. */
function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~@&]/g, '\\$&').replace(/\b(https?):/g, '$1\\:');
}

function code(text: string): string {
  return `\`${text.replace(/[`|\r\n]/g, "'")}\``;
}
