// Writes the board for Grafana: `npm run board`, after a change to its panels in test/deploy/board. A test compares the
// committed file with the panels.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const { BOARD_FILE, makeBoard } = await import('../build/test/deploy/board/make-board.js');
mkdirSync(dirname(BOARD_FILE), { recursive: true });
writeFileSync(BOARD_FILE, `${JSON.stringify(makeBoard(), null, 2)}\n`);
