// A reporter for node's test runner: names at the end of a run what was skipped, why, and how often. The runner's own count omits
// skipped suites.
export default async function* skipped(events) {
  const times = new Map();
  for await (const { type, data } of events)
    if (type === 'test:pass' && typeof data.skip === 'string' && data.skip !== '')
      times.set(data.skip, (times.get(data.skip) ?? 0) + 1);
  if (times.size === 0) return;
  yield '\nSkipped on this machine (with `WHEELGATE_TEST_REQUIRE=all`, what is missing fails):\n';
  for (const [why, count] of times) yield `  ${count} × ${why}\n`;
}
