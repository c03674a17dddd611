import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { crc32 } from 'node:zlib';
import { moveFile } from '../../runtime/move-file.js';
import { readPlainFile } from '../../runtime/plain-file.js';
import {
  type LogPosition,
  readPosition,
  type WrittenPosition,
  writePosition,
} from '../log-position.js';
import type { PeriodCounts } from './periods.js';
import type { KeptUsers } from './project-users.js';
import type { RefusedGroup } from './refused-groups.js';
import type { RollupState } from './rollups.js';
import { SLOTS } from './slots.js';

const FORMAT = 'wheelgate decision roll-ups';
/** Increase it for another format or meaning: other versions are counted again. */
const VERSION = 8;
/** The same, with records of other logs: a server without other logs would count those twice. */
const VERSION_WITH_OTHERS = 9;
/** The number of items per write: small pieces let other work run in between. */
const BATCH = 250;

/** Saved roll-ups of all records before a position in the log. */
export interface SavedRollups {
  readonly state: RollupState;
  readonly position: LogPosition;
}

/** The path of roll-ups, next to their log. @param log its file */
export function rollupFile(log: string): string {
  return join(dirname(log), `${parse(log).name}.rollup.json`);
}

/**
 * Saves roll-ups atomically. A checksum detects damage by a power failure when they are read.
 * @param turn awaited between pieces, to let other work run
 */
export async function saveRollups(
  path: string,
  saved: SavedRollups,
  turn: () => Promise<void> | undefined,
): Promise<void> {
  const partial = `${path}.part`;
  const file = await open(partial, 'w', 0o640);
  try {
    await writeAll(file, saved, turn);
    await file.close();
    await moveFile(partial, path);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(partial).catch(() => {});
    throw error;
  }
}

async function writeAll(
  file: FileHandle,
  saved: SavedRollups,
  turn: () => Promise<void> | undefined,
): Promise<void> {
  let check = 0;
  for (const piece of piecesOf(saved)) {
    const bytes = Buffer.from(piece);
    check = crc32(bytes, check);
    await file.appendFile(bytes);
    await turn();
  }
  await file.appendFile(`,"check":${check}}\n`);
}

/** JSON without its end. */
function* piecesOf({ state, position }: SavedRollups): Generator<string> {
  const { hours, days, groups, newest, recent, projects, users, everybody, last, others } = state;
  const header = {
    format: FORMAT,
    version: others === undefined ? VERSION : VERSION_WITH_OTHERS,
    slots: SLOTS,
    position: writePosition(position),
    last,
    others,
    everybody,
    hours: writeCounts(hours),
    days: writeCounts(days),
  };
  yield JSON.stringify(header).slice(0, -1);
  yield* listOf('projects', projects);
  yield* listOf('users', users);
  yield* listOf('groups', groups, writeGroup);
  yield* listOf('newest', newest);
  yield* listOf('recent', recent);
}

function* listOf<T>(
  name: string,
  items: readonly T[],
  write: (item: T) => unknown = (item) => item,
): Generator<string> {
  yield `,\n"${name}":[`;
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = items.slice(at, at + BATCH).map((item) => JSON.stringify(write(item)));
    yield `${at === 0 ? '' : ','}\n${batch.join(',\n')}`;
  }
  yield ']';
}

/** Each period that something was counted in: its number since 1970, then slot and count by turns. */
function writeCounts({ numbers, counts }: PeriodCounts): number[][] {
  const rows: number[][] = [];
  for (const [place, number] of numbers.entries()) {
    if (number === -1) continue;
    const row = [place, number];
    for (let slot = 0; slot < SLOTS.length; slot += 1) {
      const count = counts[place * SLOTS.length + slot]!;
      if (count !== 0) row.push(slot, count);
    }
    rows.push(row);
  }
  return rows;
}

function readCounts(rows: readonly (readonly number[])[], size: number): PeriodCounts {
  const numbers = new Float64Array(size).fill(-1);
  const counts = new Float64Array(size * SLOTS.length);
  for (const [place = 0, number = -1, ...rest] of rows) {
    numbers[place] = number;
    for (let at = 0; at < rest.length; at += 2)
      counts[place * SLOTS.length + rest[at]!] = rest[at + 1]!;
  }
  return { numbers, counts };
}

type WrittenGroup = Omit<RefusedGroup, 'others'> & { readonly others?: readonly number[] };

function writeGroup({ others, ...group }: RefusedGroup): WrittenGroup {
  return { ...group, ...(others && { others: [...others] }) };
}

function readGroup({ others, ...group }: WrittenGroup): RefusedGroup {
  // JSON omits undefined values, and equal groups have equal members.
  return {
    project: group.project,
    version: group.version,
    filename: group.filename,
    rule: group.rule,
    sha256: group.sha256,
    enforce: group.enforce,
    dryRun: group.dryRun,
    warn: group.warn,
    ahead: group.ahead,
    first: group.first,
    last: group.last,
    lastHash: group.lastHash,
    reason: group.reason,
    users: group.users,
    others: others && Uint32Array.from(others),
    recent: group.recent,
  };
}

interface WrittenRollups {
  readonly format: unknown;
  readonly version: unknown;
  readonly slots: readonly unknown[];
  readonly position: WrittenPosition;
  readonly last: string;
  readonly others?: string;
  readonly everybody?: readonly number[];
  readonly hours: readonly (readonly number[])[];
  readonly days: readonly (readonly number[])[];
  readonly projects: readonly (readonly [string, number])[];
  readonly users: readonly KeptUsers[];
  readonly groups: readonly WrittenGroup[];
  readonly newest: readonly string[];
  readonly recent: readonly string[];
}

/**
 * @param sizes the number of kept hours and days
 * @returns undefined if they are missing, damaged, or of another version
 */
export async function readRollups(
  path: string,
  sizes: { readonly hours: number; readonly days: number },
): Promise<SavedRollups | undefined> {
  const bytes = await readPlainFile(path).catch(() => undefined);
  const end = bytes?.lastIndexOf(',"check":') ?? -1;
  if (bytes === undefined || end === -1) return undefined;
  const [, check] = /^,"check":(\d+)\}\n$/.exec(bytes.toString('latin1', end)) ?? [];
  if (Number(check) !== crc32(bytes.subarray(0, end))) return undefined;
  // Complete according to its checksum, and therefore of this format if it has its version.
  const written = JSON.parse(bytes.toString('utf8')) as WrittenRollups;
  const isKnown = written.version === VERSION || written.version === VERSION_WITH_OTHERS;
  const isOurs = written.format === FORMAT && isKnown;
  if (!isOurs || written.slots.join() !== SLOTS.join()) return undefined;
  const { position, last, others, everybody, hours, days } = written;
  const { projects, users, groups, newest, recent } = written;
  return {
    position: readPosition(position),
    state: {
      last,
      others,
      hours: readCounts(hours, sizes.hours),
      days: readCounts(days, sizes.days),
      projects,
      users,
      everybody,
      groups: groups.map(readGroup),
      newest,
      recent,
    },
  };
}
