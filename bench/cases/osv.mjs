// A lock of 500 packages in one query, as uv and pip-audit send it, with a malware feed and some denials in force. The
// baseline is a bare server that parses the query and has no data.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_RECORDS, feedOf } from '../lib/feed.mjs';
import { alternate } from '../lib/measure.mjs';
import { startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = [];

const PACKAGES = 500;
/** Packages of the lock: denied by the policy, and listed in the feed. */
const DENIED = 3;
const IN_FEED = 2;
/** The target for the whole response, in milliseconds. */
const AIM = 5;
/** Queries per measurement; a process compiles its code during the first ones. */
const TIMES = 100;

export async function run({ folder, rounds, short }) {
  const policies = join(folder, 'policies');
  mkdirSync(policies, { recursive: true });
  const deny = Array.from({ length: DENIED }, (_, index) => ({
    project: `project${index}`,
    reason: 'made up for a measure',
  }));
  writeFileSync(join(policies, 'deny.yaml'), JSON.stringify({ deny }));
  const feedServer = await startScript('throttled', join(folder, 'feed'), 1e9);
  const installFeed = await feedOf(
    join(folder, 'feed'),
    feedServer.url,
    short ? 1_000 : FEED_RECORDS,
  );
  const own = join(folder, 'gate');
  installFeed(join(own, 'data'));
  const bare = await startScript('osv');
  const wheelgate = await startWheelgate(own, feedServer.url, {
    more: { policies, feed: { url: feedServer.url } },
  });
  const packages = Array.from({ length: PACKAGES }, (_, index) =>
    index >= PACKAGES - IN_FEED ? [`package-${index}`, '1.0.0'] : [`project${index}`, '1.0'],
  );
  const body = JSON.stringify({
    queries: packages.map(([name, version]) => ({
      package: { name, ecosystem: 'PyPI' },
      version,
    })),
  });
  const ask = async ({ url }, expected) => {
    const begun = performance.now();
    const answer = await fetch(`${url}/v1/querybatch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { results } = await answer.json();
    const taken = performance.now() - begun;
    const named = results.filter(({ vulns }) => vulns !== undefined).length;
    if (named !== expected) throw new Error(`${named} of the lock were named, not ${expected}`);
    return taken;
  };
  const sorted = async (server, expected) => {
    const times = [];
    for (let time = 0; time < TIMES; time += 1) times.push(await ask(server, expected));
    return times.sort((a, b) => a - b);
  };
  try {
    for (const [server, expected] of [
      [bare, 0],
      [wheelgate, DENIED + IN_FEED],
    ])
      await sorted(server, expected);
    const late = { 'bare node:http': [], wheelgate: [] };
    const measure = (name, server, expected) => async () => {
      const times = await sorted(server, expected);
      late[name].push(times[Math.floor(TIMES * 0.99)]);
      return times[Math.floor(TIMES / 2)];
    };
    const results = await alternate(
      {
        'bare node:http': measure('bare node:http', bare, 0),
        wheelgate: measure('wheelgate', wheelgate, DENIED + IN_FEED),
      },
      short ? 1 : rounds,
    );
    const worst = (name) => ({ median: Math.max(...late[name]), values: late[name] });
    return [
      {
        figure: `answer about a lock of ${PACKAGES}: median`,
        unit: 'ms',
        baseline: 'bare node:http',
        results,
      },
      {
        figure: 'the same: the highest p99 of a round',
        unit: 'ms',
        results: Object.fromEntries(Object.keys(late).map((name) => [name, worst(name)])),
      },
      {
        figure: 'median of wheelgate alone',
        unit: 'ms',
        aims: { wheelgate: { most: AIM } },
        results: { wheelgate: results.wheelgate },
      },
    ];
  } finally {
    for (const server of [wheelgate, bare, feedServer]) await server.end();
  }
}
