import { answerInThread } from '../../runtime/threads/answer-in-thread.js';
import { type ProbeAnswer, type ProbeQuestion, probeZip } from './probe-zip.js';

answerInThread<ProbeQuestion, ProbeAnswer>(probeZip);
