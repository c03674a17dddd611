#!/usr/bin/env node
import { CommanderError } from 'commander';
import { formatProblem, type Problem } from '../yaml/problem.js';
import { EXIT, terminalOutput as out, UsageError } from './output.js';
import { asksForJson, createProgram } from './program.js';
import { withoutValues } from './usage-errors.js';

// SIGHUP is ignored until its handler is loaded, after a tenth of a second: the start reads every file anyway.
if (process.argv.includes('serve')) process.on('SIGHUP', () => {});

const program = createProgram((code) => {
  process.exitCode = code;
});

// The reader may close its end (`wheelgate audit | head`). That is no error, and a monitor continues.
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

/** The errors in settings, policy or tokens, each with its place. */
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
  const said = problems?.map(formatProblem).join('\n') ?? error.message;
  return { error: withoutValues(said), problems };
}
