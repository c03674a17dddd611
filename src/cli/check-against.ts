import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openAllFindings } from '../compose/stores.js';
import { NOTHING_KNOWN } from '../domain/knowledge.js';
import { counted } from '../domain/plural.js';
import type { Outcome } from '../domain/verdict.js';
import type { Recall } from '../exposure/judged-artifacts.js';
import { type ChangedVerdict, type Replay, replay } from '../exposure/replay.js';
import { EXIT, type Output } from './output.js';
import { loadOwnFeed } from './own-feed.js';
import { loadComparablePolicy } from './own-policy.js';
import { searchLog } from './search-log.js';
import { type Styled, styled } from './words.js';

/**
 * `wheelgate check DIR --against HISTORY`: lists the decisions that would differ under the folder's policy. Exit code 1
 * if any would, 2 if a part of the log could not be read.
 * @param history a decision log's file, or its folder: a data folder, whose findings are also used
 */
export async function checkAgainst(
  dir: string | undefined,
  history: string,
  json: boolean,
  out: Output,
): Promise<number> {
  const policy = await loadComparablePolicy(dir);
  const log = await searchLog(history, {}, out);
  const folder = await folderOf(history);
  const result = await replay(log.records(), policy, await knowledgeIn(folder));
  const { gaps } = log;
  const incomplete = gaps.length > 0 && { incomplete: true };
  if (json) out.json({ ...result, ...incomplete, gaps });
  else show(result, out);
  for (const gap of gaps) out.problem(`the replay is incomplete: ${gap}`);
  if (incomplete) return EXIT.unclear;
  return result.changes.length > 0 ? EXIT.refused : EXIT.fine;
}

/** The data folder that contains a log. */
async function folderOf(history: string): Promise<string> {
  const isFolder = (await stat(history).catch(() => undefined))?.isDirectory() ?? false;
  return isFolder ? history : dirname(history);
}

async function knowledgeIn(folder: string): Promise<Recall> {
  const store = openAllFindings(folder);
  const feed = await loadOwnFeed(folder);
  return async ({ project, sha256, filename }) => {
    const inspection = sha256 && (await store.get(project, sha256, filename));
    return { ...NOTHING_KNOWN, inspection, feed };
  };
}

const WORDS: Readonly<Record<Outcome, Styled>> = {
  allow: styled('good', 'allowed'),
  warn: styled('warning', 'allowed with a warning'),
  block: styled('bad', 'refused'),
};

function show(result: Replay, out: Output): void {
  for (const change of result.changes) showChange(change, out);
  const { requests, artifacts, unopened, unclear, from, to } = result;
  if (requests === 0) return out.line('the log contains no file requests');
  out.line(
    `${counted(requests, 'request')} for ${counted(artifacts, 'file')} from ${from} to ${to}: ${counted(result.changes.length, 'verdict')} would change`,
  );
  if (unopened > 0)
    out.line(
      `the findings of ${counted(unopened, 'file')} are unavailable: rules on file contents were skipped`,
    );
  if (unclear > 0)
    out.line(
      `${counted(unclear, 'request')} skipped: the verdict depended on file contents, attestations or a malware feed that is unavailable`,
    );
}

function showChange(change: ChangedVerdict, out: Output): void {
  const { filename, was, becomes, reason, because, requests, clients, last } = change;
  out.line(`${filename}: `, WORDS[was], ', would be ', WORDS[becomes]);
  if (reason !== undefined) out.line(`    ${reason}`);
  else if (because !== undefined) out.line(`    no longer: ${because}`);
  out.line(
    `    ${counted(requests, 'request')} by ${counted(clients, 'client')}, the last at ${last}`,
  );
}
