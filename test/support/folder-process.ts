// Opens the given data folder at each command, and reports the result.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openDataFolder } from '../../src/store/disk/open-data-folder.js';

const directory = process.argv[2]!;
const settings = {
  directory,
  lock: join(directory, 'lock'),
  version: join(directory, 'version.json'),
  isOurs: () => true,
  wheelgate: '0',
  patience: 0,
  onWarning: () => {},
};
process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin }))
  await openDataFolder(settings).then(
    () => process.stdout.write('ours\n'),
    (error: Error) => process.stdout.write(`${error.message}\n`),
  );
