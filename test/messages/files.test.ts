import { it } from 'node:test';
import * as files from '../../src/messages/files.js';
import { assertWords } from '../support/messages.js';

it('why a file cannot be read has these words', () => {
  const error = (code: string | undefined) => ({ code, message: 'EIO: i/o error, read' });
  assertWords(files, {
    whyUnreadable: [
      [[error('ENOENT')], 'no such file'],
      [[error('ENOTDIR')], 'no such file'],
      [[error('EISDIR')], 'is a folder, not a file'],
      [[error('EACCES')], 'permission denied'],
      [[error('EPERM')], 'permission denied'],
      [[error('EIO')], 'cannot be read: EIO: i/o error, read'],
      [[error(undefined)], 'cannot be read: EIO: i/o error, read'],
    ],
  });
});
