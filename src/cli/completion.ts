import type { Command } from 'commander';
import { bashCompletion } from './completion/bash.js';
import { fishCompletion } from './completion/fish.js';
import { modelOf } from './completion/model.js';
import { zshCompletion } from './completion/zsh.js';
import { EXIT, type Output } from './output.js';
import { copied } from './words.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `wheelgate completion`: prints a completion script for a shell. */
export function runCompletion(shell: string, program: Command, out: Output): number {
  const script = SHELLS[shell as keyof typeof SHELLS](modelOf(program));
  for (const line of script.trimEnd().split('\n')) out.line(copied(line));
  return EXIT.fine;
}
