import { it } from 'node:test';
import * as folder from '../../src/messages/data-folder.js';
import { assertWords } from '../support/messages.js';

it('what is wrong with a data folder has these words', () => {
  assertWords(folder, {
    folderInUse: [
      [['/data', undefined], 'another server is using the data folder /data'],
      [['/data', 'process 1'], 'another server is using the data folder /data (process 1)'],
    ],
    waitingForFolder: [[['it is used', 5], 'it is used: waiting up to 5 s for it to end']],
    folderRefused: [
      [
        ['it is used'],
        'it is used: stop it, or choose another folder with --data; servers cannot share a data folder',
      ],
    ],
    folderNotLocked: [
      [
        ['/data', 'ENOSYS'],
        'the data folder is not locked, and a second server could use it: /data: ENOSYS',
      ],
    ],
    newerFolder: [
      [
        ['/data', { format: 2, wheelgate: '9.0.0' }, 1],
        'the data folder /data is of format 2, written by Wheelgate 9.0.0; this version supports format 1. Run the newer version or choose another folder with --data',
      ],
    ],
  });
});
