import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashToken } from '../../src/access/token.js';
import type { TestGate } from './wheelgate.js';

/** A user's header. */
export function bearer(user: string): { authorization: string } {
  return { authorization: `Bearer ${tokenOf(user)}` };
}

/** Makes a gate require tokens after a restart. @param roles of each user */
export async function askForTokens(
  gate: TestGate,
  roles: Readonly<Record<string, 'client' | 'admin'>>,
): Promise<void> {
  const file = join(gate.folder, 'tokens.yaml');
  const tokens = Object.entries(roles).map(([user, role]) => ({
    user,
    role,
    hash: `sha256:${hashToken(tokenOf(user)).toString('hex')}`,
  }));
  await writeFile(file, JSON.stringify({ tokens }));
  gate.configure({ 'access.tokens': file });
  await gate.restart();
}

function tokenOf(user: string): string {
  return `token-of-${user}`;
}
