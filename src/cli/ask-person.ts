import { createInterface } from 'node:readline/promises';
import { UsageError } from './output.js';

/** What a person is asked for. */
export interface Question {
  /** `--owner` */
  readonly option: string;
  readonly text: string;
  /** What an empty answer means; without it the question is asked again. */
  readonly usual?: string;
}

/**
 * Asks on a terminal; elsewhere what is missing is an error.
 * @throws {UsageError} that names the option, where nobody can be asked, or nobody answers
 */
export async function askPerson(questions: readonly Question[]): Promise<string[]> {
  const [first] = questions;
  if (first === undefined) return [];
  if (!process.stdin.isTTY || !process.stderr.isTTY)
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
