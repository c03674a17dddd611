// Appends to the log that it is given and saves its roll-ups again and again, until it is killed.
import { record } from '../records.js';
import { keptLog } from './support.js';

const { log, keeper } = await keptLog(process.argv[2]!, 20_000);
await keeper.counted();
const begun = Date.now();
for (let count = 0; ; count += 1) {
  const time = new Date(begun + count * 1_000).toISOString();
  const filename = `p-${count % 300}.0-py3-none-any.whl`;
  const more = {
    time,
    filename,
    verdict: 'block',
    rule: 'deny',
    request: `${begun}-${count}`,
  } as const;
  void keeper.save();
  await log.append(record('a', more));
  if (count === 50) process.stdout.write('at work\n');
}
