import { expiryText } from '../domain/expiry-text.js';
import { type Knowledge, NOTHING_KNOWN } from '../domain/knowledge.js';
import { counted } from '../domain/plural.js';
import { releaseKey } from '../domain/release-key.js';
import { needsOf } from '../domain/rules.js';
import { askForWaiver } from '../messages/refusals.js';
import type { Policy } from '../policy/policy.js';
import type { ReleaseOpinion, ReleaseWheel } from '../policy/release.js';
import {
  type Explanation,
  explainVerdict,
  type Facts,
  type Standing,
  standingOf,
} from '../verdicts/explain-verdict.js';
import { askServer } from './ask-server.js';
import { EXIT, type Output } from './output.js';
import { loadComparablePolicy } from './own-policy.js';
import { readRequirement } from './requirement.js';
import { copied, HANG, padded, type Styled, styled } from './words.js';

export interface ExplainOptions {
  readonly server: string;
  /** A folder of policy files to try on the same facts. */
  readonly policies?: string;
  readonly json?: boolean;
}

interface Answer {
  readonly project: string;
  readonly policy: string;
  /** Contact for waiver requests. */
  readonly contact?: string;
  readonly files: readonly (Described & { readonly facts?: Facts })[];
}

/** Absent on older servers. */
type Described = Explanation & { readonly waive?: readonly string[] };

/** One file with its current verdict and, if another policy was named, its verdict under that policy. */
type Compared = Described & { readonly proposed?: Explanation };

/**
 * `wheelgate explain`: requests the verdict on each file from a running Wheelgate. Exit code 1 if a file is refused, 2
 * if no file matches.
 */
export async function runExplain(
  what: string,
  options: ExplainOptions,
  out: Output,
): Promise<number> {
  const { project, versions } = readRequirement(what);
  const proposed =
    options.policies === undefined ? undefined : await loadComparablePolicy(options.policies);
  const facts = options.policies === undefined ? undefined : '1';
  const query = { project, versions: versions?.text, facts };
  out.progress(`querying ${project}`);
  const answer = await askServer<Answer>(options.server, '/api/v1/explain', query);
  const files = compare(answer.files, proposed);
  const { policy, contact } = answer;
  const error = files.length === 0 ? `no file of ${project} matches ${what}` : undefined;
  if (options.json === true) out.json({ project, policy, contact, files, error });
  else show({ project, policy, contact, files }, options.policies, out);
  if (error !== undefined) {
    if (options.json !== true) out.problem(error);
    return EXIT.unclear;
  }
  const refused = files.some((file) => (file.proposed ?? file).verdict === 'block');
  return refused ? EXIT.refused : EXIT.fine;
}

function compare(files: Answer['files'], policy: Policy | undefined): Compared[] {
  if (policy === undefined) return [...files];
  const now = Date.now();
  const releases = new Map<string, ReleaseOpinion>();
  for (const [release, wheels] of wheelsByRelease(files, now))
    releases.set(release, policy.ofRelease(wheels, now));
  return files.map(({ facts, ...current }) => {
    // Only the server knows the attestations, so these verdicts are not compared.
    if (facts === undefined || needsOf(current.rule).includes('attestations')) return current;
    const { subject } = facts;
    const release =
      subject.kind === 'sdist' ? releases.get(releaseKey(subject.version)) : undefined;
    const verdict = policy.evaluate({ subject, now, known: knownOf(facts, now) }, release);
    return { ...current, proposed: explainVerdict(facts, verdict) };
  });
}

/** An answer has all files of a release, for a specifier matches all of them or none. */
function wheelsByRelease(files: Answer['files'], now: number): Map<string, ReleaseWheel[]> {
  const wheels = new Map<string, ReleaseWheel[]>();
  for (const { facts } of files) {
    if (facts?.subject.kind !== 'wheel') continue;
    const { subject } = facts;
    const wheel = { subject, known: knownOf(facts, now) };
    const key = releaseKey(subject.version);
    const same = wheels.get(key);
    if (same === undefined) wheels.set(key, [wheel]);
    else same.push(wheel);
  }
  return wheels;
}

/** The server's facts about this file, with a feed that contains only this file's entry. */
function knownOf({ inspection, malware }: Facts, now: number): Knowledge {
  const feed = { ...NOTHING_KNOWN.feed, revision: 'server', syncedAt: now, find: () => malware };
  return { ...NOTHING_KNOWN, inspection, feed };
}

const MARKS: Readonly<Record<Standing, Styled>> = {
  allow: styled('good', 'allow'),
  warn: styled('warning', 'WARN'),
  block: styled('bad', 'BLOCK'),
  'not inspected yet': styled('quiet', 'not inspected yet'),
};

/** The page facts of a file that is not inspected. */
const WITHOUT_BYTES = {
  allow: 'by its metadata: allow',
  warn: 'by its metadata: WARN',
} as const;

const STANDINGS: Readonly<Record<Standing, string>> = {
  block: 'refused',
  warn: 'allowed with a warning',
  allow: 'allowed',
  'not inspected yet': 'not inspected yet',
};

function show(
  {
    project,
    policy,
    contact,
    files,
  }: Omit<Answer, 'files' | 'contact'> & {
    contact: string | undefined;
    files: readonly Compared[];
  },
  folder: string | undefined,
  out: Output,
): void {
  out.line(styled('strong', project), `, policy revision ${policy}`);
  const marks = files.map((file) => MARKS[standingOf(file)].text.length);
  // In a pipe each line is as it would be alone.
  const width = out.width === undefined ? MARKS.block.text.length : Math.max(...marks);
  for (const file of files) {
    const mark = MARKS[standingOf(file)];
    out.line('  ', { ...mark, text: padded(mark.text, width) }, '  ', HANG, file.filename);
    showWhy(file, out);
    for (const way of file.waive ?? []) out.line('         ', copied(`to allow it: ${way}`));
    const { proposed } = file;
    if (proposed === undefined || sayTheSame(file, proposed)) continue;
    out.line(`    under ${folder}: `, MARKS[standingOf(proposed)]);
    showWhy(proposed, out);
  }
  if (files.length > 0) summarize(files, out);
  if (contact !== undefined && files.some(({ verdict }) => verdict === 'block'))
    out.line(askForWaiver(contact));
  if (folder === undefined) return;
  const changed = files.filter(
    ({ verdict, proposed }) => proposed !== undefined && proposed.verdict !== verdict,
  ).length;
  out.line(`${changed} of ${counted(files.length, 'verdict')} would change under ${folder}`);
}

function summarize(files: readonly Compared[], out: Output): void {
  const counts = (Object.keys(STANDINGS) as Standing[]).flatMap((standing) => {
    const count = files.filter((file) => standingOf(file) === standing).length;
    return count === 0 ? [] : [`${count} ${STANDINGS[standing]}`];
  });
  out.line(styled('strong', `${counted(files.length, 'file')}: ${counts.join(', ')}`));
}

function showWhy(file: Explanation, out: Output): void {
  const say = (text: string) => out.line(`         ${text}`);
  if (standingOf(file) === 'not inspected yet' && file.verdict !== 'block')
    say(WITHOUT_BYTES[file.verdict]);
  if (file.rule !== undefined) say(`${file.reason}`);
  if (file.probe)
    say('seen by a probe only: project pages show it, and a download is inspected first');
  if (file.reference !== undefined) say(`see ${file.reference}`);
  if (file.until !== undefined) say(`since ${file.since}, until ${file.until}`);
  if (file.waiver !== undefined)
    say(
      `${waivedRule(file)}waived until ${expiryText(file.waiver.expires)} by ${file.waiver.owner}: ${file.waiver.reason}`,
    );
  if (file.dryRun) say('dry-run: served anyway');
}

/** Another rule than the one that is shown. An older server names none. */
function waivedRule({ rule, waiver }: Explanation): string {
  const waived: string | undefined = waiver?.rule;
  return waived === undefined || waived === rule ? '' : `${waived} `;
}

function sayTheSame(one: Explanation, other: Explanation): boolean {
  return (
    one.verdict === other.verdict && one.reason === other.reason && one.dryRun === other.dryRun
  );
}
