#!/usr/bin/env node
import { CommanderError } from 'commander';
import { formatProblem, type Problem } from '../yaml/problem.js';
import { EXIT, terminalOutput as out, UsageError } from './output.js';
import { createProgram } from './program.js';

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
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.unclear;
  } else {
    const { problems } = error as { readonly problems?: readonly Problem[] };
    // Of the settings, the policy or the tokens: each with its place.
    if (problems !== undefined) for (const problem of problems) out.problem(formatProblem(problem));
    else if (error instanceof UsageError) out.problem(error.message);
    else {
      const { message, stack } = error as Error;
      for (const line of program.opts().debug ? `${stack}`.split('\n') : [message])
        out.problem(line);
    }
    process.exitCode = EXIT.unclear;
  }
}
