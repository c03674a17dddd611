import { availableParallelism } from 'node:os';
import type { ArtifactDescription, Finding, Inspection } from '../domain/finding.js';
import { knowledgeOf } from '../domain/finding-codes.js';
import { NOTHING_KNOWN } from '../domain/knowledge.js';
import { counted } from '../domain/plural.js';
import type { Verdict } from '../domain/verdict.js';
import { describeFile } from '../inspection/describe-file.js';
import { createInspector } from '../inspection/inspect-in-thread.js';
import type { Inspector } from '../inspection/inspector.js';
import { whyUnreadable } from '../messages/files.js';
import { howToWaive } from '../policy/how-to-waive.js';
import { EXIT, type Output } from './output.js';
import { loadOwnFeed } from './own-feed.js';
import { loadOwnPolicy, ownPolicies } from './own-policy.js';
import { subjectOfFile } from './subject-of-file.js';
import { copied, type Styled, styled } from './words.js';

export interface InspectOptions {
  readonly policies?: string;
  readonly json?: boolean;
}

type Evaluate = (artifact: ArtifactDescription, inspection: Inspection) => Verdict;

interface Result {
  readonly file: string;
  readonly artifact: ArtifactDescription;
  readonly inspection: Inspection;
  readonly verdict: Verdict;
}

/** `wheelgate inspect`: shows findings and verdicts for local artifacts. */
export async function runInspect(
  files: readonly string[],
  options: InspectOptions,
  out: Output,
): Promise<number> {
  const policy = await loadOwnPolicy(ownPolicies(options.policies).folder);
  const feed = await loadOwnFeed();
  const evaluate: Evaluate = (artifact, inspection) =>
    policy.evaluate({
      subject: subjectOfFile(artifact),
      now: Date.now(),
      known: { ...NOTHING_KNOWN, inspection, feed },
    });
  const threads = Math.min(files.length, availableParallelism());
  const inspector = createInspector({ threads });
  const tally = { inspected: 0, refused: 0, unclear: 0 };
  const results: object[] = [];
  out.progress(`inspecting ${counted(files.length, 'file')}`);
  try {
    for await (const result of inspectAll(files, inspector, evaluate, threads)) {
      if ('problem' in result) {
        if (options.json === true) results.push({ file: result.file, error: result.problem });
        else out.problem(`${result.file}: ${result.problem}`);
        tally.unclear += 1;
        continue;
      }
      tally.inspected += 1;
      if (result.verdict.outcome === 'block') tally.refused += 1;
      if (options.json === true) results.push(resultOf(result));
      else show(result, out);
      out.progress(`inspected ${tally.inspected + tally.unclear} of ${files.length}`);
    }
    out.progress('');
  } finally {
    await inspector.close();
  }
  const { inspected, refused, unclear } = tally;
  if (options.json === true) out.json(results);
  else if (files.length > 1 || out.width !== undefined)
    out.line(
      styled(
        refused > 0 ? 'bad' : unclear > 0 ? 'warning' : 'good',
        `${inspected} inspected, ${refused} refused, ${unclear} could not be read`,
      ),
    );
  return unclear > 0 ? EXIT.unclear : refused > 0 ? EXIT.refused : EXIT.fine;
}

/** An unreadable file, with the reason. */
interface Unread {
  readonly file: string;
  readonly problem: string;
}

/** Inspects as many at a time as there are threads, and gives the results in the order of the files. */
async function* inspectAll(
  files: readonly string[],
  inspector: Inspector,
  evaluate: Evaluate,
  threads: number,
): AsyncGenerator<Result | Unread> {
  const inspect = async (file: string): Promise<Result | Unread> => {
    try {
      const artifact = await describeFile(file);
      const inspection = await inspector.inspect(file, artifact);
      const verdict = evaluate(artifact, inspection);
      return { file, artifact, inspection, verdict };
    } catch (error) {
      return { file, problem: whyUnread(error as NodeJS.ErrnoException) };
    }
  };
  const ahead: ReturnType<typeof inspect>[] = [];
  for (const file of files) {
    ahead.push(inspect(file));
    if (ahead.length >= threads) yield await ahead.shift()!;
  }
  for (const result of ahead) yield await result;
}

/** A fault of the inspection has no code of the system. */
function whyUnread({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined ? message : whyUnreadable({ code, message });
}

function resultOf({ file, artifact, inspection, verdict }: Result) {
  const { memberDigests: _digests, findings, ...facts } = inspection;
  return {
    file,
    verdict: verdict.outcome,
    hits: verdict.hits,
    ...facts,
    findings: findings.map((finding) => ({
      ...finding,
      why: knowledgeOf(finding.code)?.summary,
      source: knowledgeOf(finding.code)?.source,
      waive: howToWaive(finding, artifact.name),
    })),
  };
}

const WORDS = {
  allow: styled('good', 'allowed'),
  warn: styled('warning', 'allowed with a warning'),
  block: styled('bad', 'REFUSED'),
} as const;

function show({ file, artifact, inspection, verdict }: Result, out: Output): void {
  const { memberCount, inflatedBytes, sha256 } = inspection;
  out.line(styled('strong', file), ': ', WORDS[verdict.outcome]);
  out.line(
    `  sha256 ${sha256}, ${counted(memberCount, 'member')}, ${counted(inflatedBytes, 'byte')} unpacked`,
  );
  for (const hit of verdict.hits) {
    out.line(
      '  ',
      styled(hit.action === 'block' ? 'bad' : 'warning', hit.action),
      `: ${hit.reason}`,
    );
    if (hit.reference !== undefined) out.line(`    see ${hit.reference}`);
  }
  const said = new Set<string>();
  for (const finding of inspection.findings) {
    out.line('  finding ', styled('strong', finding.code), `: ${finding.detail}`);
    // A package of many hooks is refused for each of its files, and one waiver lets all of them through.
    for (const line of linesOf(finding, artifact, verdict)) {
      if (!said.has(line.text)) out.line('    ', line);
      said.add(line.text);
    }
  }
}

/** For one finding: the reason, the place and the entry that would allow it. */
function linesOf(finding: Finding, artifact: ArtifactDescription, verdict: Verdict): Styled[] {
  const known = knowledgeOf(finding.code);
  const where = [
    finding.offset !== undefined && `at byte ${finding.offset}`,
    finding.sha256 !== undefined && `sha256 ${finding.sha256}`,
    finding.template !== undefined && `generated by ${finding.template}`,
  ].filter(Boolean);
  const refused = verdict.hits.some(
    ({ rule, action }) => rule === finding.rule && action === 'block',
  );
  return [
    ...(known === undefined ? [] : [styled('plain', `why: ${known.summary} (${known.source})`)]),
    ...(where.length === 0 ? [] : [styled('quiet', `where: ${where.join(', ')}`)]),
    ...(refused ? [copied(`to allow it: ${howToWaive(finding, artifact.name)}`)] : []),
  ];
}
