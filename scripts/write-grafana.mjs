// Writes the board for Grafana: `npm run board`, after a change of its panels in test/deploy/board. A test holds that the
// committed file says what they say.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const { BOARD_FILE, makeBoard } = await import('../build/test/deploy/board/make-board.js');
mkdirSync(dirname(BOARD_FILE), { recursive: true });
writeFileSync(BOARD_FILE, `${JSON.stringify(makeBoard(), null, 2)}\n`);
