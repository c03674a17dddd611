import { answerInThread } from '../../runtime/threads/answer-in-thread.js';
import type { ListQuestion } from './list-in-thread.js';
import { readList } from './read-list.js';
import { type WrittenLists, writeLists } from './write-list.js';

answerInThread<ListQuestion, WrittenLists | undefined>(async ({ read, write }) => {
  if (read !== undefined) await readList(read);
  return write && writeLists(write);
});
