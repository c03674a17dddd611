import { createInterface } from 'node:readline/promises';
import { oneLine } from '../policy/terms.js';
import { UsageError } from './output.js';

/** A prompt for a missing argument. */
export interface Question {
  /** `--owner` */
  readonly option: string;
  readonly text: string;
  /** Default for an empty answer. Without a default, the question is repeated. */
  readonly usual?: string;
}

/** Whether input is an interactive terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** @throws {UsageError} if an option was given without text */
export function mustHaveText(options: Readonly<Record<string, string | undefined>>): void {
  for (const [option, value] of Object.entries(options))
    if (value !== undefined && oneLine(value) === '')
      throw new UsageError(`${option}: text required`);
}

/** Prompts for missing arguments. */
export async function filled(
  fields: readonly (Question & { readonly value: string | undefined })[],
): Promise<string[]> {
  mustHaveText(Object.fromEntries(fields.map(({ option, value }) => [option, value])));
  const asked = await askPerson(fields.filter(({ value }) => value === undefined));
  return fields.map(({ value }) => value ?? asked.shift()!);
}

/**
 * Prompts on a terminal. Without a terminal, a missing argument is an error.
 * @throws {UsageError} that names the option, without a terminal or an answer
 */
async function askPerson(questions: readonly Question[]): Promise<string[]> {
  const [first] = questions;
  if (first === undefined) return [];
  if (!canAsk())
    throw new UsageError(`needed: ${questions.map(({ option }) => option).join(' and ')}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<never>((_, reject) => {
    terminal.once('close', () => reject(new UsageError(`not answered: ${first.option} says it`)));
  });
  closed.catch(() => {});
  try {
    const answers: string[] = [];
    for (const { text, usual } of questions) {
      let answer = '';
      while (answer === '') {
        const asked = terminal.question(`${text}${usual === undefined ? '' : ` (${usual})`}: `);
        answer = (await Promise.race([asked, closed])).trim() || (usual ?? '');
      }
      answers.push(answer);
    }
    return answers;
  } finally {
    terminal.close();
  }
}
