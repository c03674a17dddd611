import { answerInThread } from '../../runtime/threads/answer-in-thread.js';
import { type Counting, countUp } from './count-up.js';
import type { RollupState } from './rollups.js';

answerInThread<Counting, RollupState>(countUp, ({ hours, days }) =>
  [hours.counts, days.counts].map(({ buffer }) => buffer as ArrayBuffer),
);
