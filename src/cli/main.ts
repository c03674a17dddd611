#!/usr/bin/env node
import { CommanderError } from 'commander';
import { formatProblem, type Problem } from '../yaml/problem.js';
import { EXIT, terminalOutput as out, UsageError } from './output.js';
import { asksForJson, createProgram, withoutValues } from './program.js';

// It takes a tenth of a second to load what heeds it, and then it reads everything.
if (process.argv.includes('serve')) process.on('SIGHUP', () => {});

const program = createProgram((code) => {
  process.exitCode = code;
});

// Who reads along may stop (`wheelgate audit | head`): that is no fault, and a monitor goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode =
    error instanceof CommanderError && error.exitCode === 0 ? EXIT.fine : EXIT.unclear;
  if (asksForJson(process.argv)) {
    if (process.exitCode !== EXIT.fine) out.json(jsonOf(error as Error), 0);
  } else if (!(error instanceof CommanderError)) {
    for (const line of linesOf(error as Error)) out.problem(line);
  }
}

/** What is wrong with the settings, the policy or the tokens: each with its place. */
function problemsOf(error: Error): readonly Problem[] | undefined {
  return (error as { readonly problems?: readonly Problem[] }).problems;
}

function linesOf(error: Error): readonly string[] {
  const problems = problemsOf(error);
  if (problems !== undefined) return problems.map(formatProblem);
  const wantsStack = program.opts().debug === true && !(error instanceof UsageError);
  return wantsStack ? `${error.stack}`.split('\n') : [error.message];
}

/** The same for a program. */
function jsonOf(error: Error) {
  const problems = problemsOf(error);
  const said = problems?.map(formatProblem).join('\n') ?? error.message.replace(/^error: /, '');
  return { error: withoutValues(said), problems };
}
