// Resident memory of the whole process with its threads: at rest, and at its peak under loads that could increase it.
import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { download } from '../lib/download.mjs';
import { FEED_RECORDS, feedOf } from '../lib/feed.mjs';
import { wheelPath } from '../lib/index-folder.mjs';
import { alternate } from '../lib/measure.mjs';
import { memoryOf, proc, sleep, startScript, startWheelgate } from '../lib/processes.mjs';
import { readSlowly } from '../lib/slow-reader.mjs';
import { publishFamily } from '../lib/wheel-family.mjs';

export const needs = [...proc];

const PATIENCE_MS = 100_000;

export async function run({ folder, rounds, short }) {
  const clients = short ? 10 : 100;
  const size = short ? 10e6 : sizeThatFits(folder, clients);
  const records = short ? 10_000 : FEED_RECORDS;
  const times = short ? 1 : Math.min(rounds, 2);
  const root = join(folder, 'index');
  const names = Array.from({ length: clients }, (_, index) => `wheel${index}`);
  publishFamily(root, names, size);
  const upstream = await startScript('family', root);
  const feedServer = await startScript('throttled', join(folder, 'feed'), 1e9);
  const installFeed = await feedOf(join(folder, 'feed'), feedServer.url, records);
  let gates = 0;
  /** The result of `look` for a fresh process, after `work` on it. */
  const inAFreshOne = async (settings, work, look) => {
    gates += 1;
    const data = settings.folder ?? join(folder, `gate${gates}`);
    settings.prepare?.(join(data, 'data'));
    const wheelgate = await startWheelgate(data, upstream.url, settings);
    try {
      await work(wheelgate);
      return look(memoryOf(wheelgate.pid));
    } finally {
      // Data that another process will use must be stored first.
      await wheelgate.end(settings.folder === undefined ? 'SIGKILL' : 'SIGTERM');
    }
  };
  const rest = () => sleep(short ? 500 : 2_000);
  // The feed is updated within 5 s of the start, and every hour, which is part of its cost.
  const afterSync = () => sleep(short ? 500 : 8_000);
  // The cache is too small to keep blobs, so the transfers in progress count.
  const small = { cache: { disk: '1GiB' } };
  const withFeed = {
    more: { feed: { url: feedServer.url } },
    prepare: installFeed,
  };
  try {
    const idle = await alternate(
      {
        idle: () => inAFreshOne({}, rest, ({ now }) => now),
        feed: () => inAFreshOne(withFeed, afterSync, ({ now }) => now),
      },
      times,
    );
    const more = idle.feed.median - idle.idle.median;
    let whole = 0;
    const cold = await inAFreshOne(
      small,
      (gate) => {
        const downloads = names.map(async (name) => {
          await download(gate.url + wheelPath(name));
          whole += 1;
        });
        // A limit for a slow disk; the note shows whether it was reached.
        return inTime(Promise.all(downloads), PATIENCE_MS);
      },
      ({ peak }) => peak,
    );
    // Cached by another process, so the memory for fetching it is not counted.
    const cached = { ...small, folder: join(folder, 'cached') };
    const fetchIt = (gate) => download(gate.url + wheelPath(names[0]));
    await inAFreshOne(cached, fetchIt, () => {});
    const slow = await inAFreshOne(
      cached,
      (gate) =>
        readSlowly(gate.url + wheelPath(names[0]), {
          readers: clients,
          seconds: short ? 1 : 8,
        }),
      ({ peak }) => peak,
    );
    const once = (value) => ({ median: value, values: [value] });
    const rows = [
      ['idle', idle.idle, 110],
      [`${clients} clients, different cold wheels of ${megabytes(size)} MB: peak`, once(cold), 300],
      [`${clients} slow readers of one warm wheel of ${megabytes(size)} MB: peak`, once(slow), 200],
      [`${records} feed records, over idle`, { median: more, values: idle.feed.values }, 300],
    ];
    return [
      {
        figure: 'resident memory',
        unit: 'MB',
        aims: Object.fromEntries(rows.map(([name, , most]) => [name, { most }])),
        results: Object.fromEntries(rows.map(([name, result]) => [name, result])),
        note: `${whole} of the ${clients} cold wheels had arrived whole when it was looked at`,
      },
    ];
  } finally {
    for (const server of [feedServer, upstream]) await server.end();
  }
}

/** Waits for work until a timeout, and ignores its later result. */
async function inTime(work, milliseconds) {
  work.catch(() => {});
  let timer;
  const patience = new Promise((done) => {
    timer = setTimeout(done, milliseconds);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}

function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}

/** 100 MB, or less if the disk cannot hold them all while they wait for inspection. */
function sizeThatFits(folder, clients) {
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(100e6, (bavail * bsize * 0.5) / clients);
}
