import { answerInThread } from '../runtime/threads/answer-in-thread.js';
import { type Tending, tendFile } from './tend-file.js';

answerInThread<Tending, void>(tendFile);
