import { type Command, CommanderError } from 'commander';
import { redactUrls } from '../domain/credentials.js';
import { UsageError } from './output.js';

/** Arguments may contain a password, so the message about an unknown option names it without its value. */
export function withoutValues(text: string): string {
  return redactUrls(text.replace(/('?)(--[\w-]+)=[^\n]*/g, '$1$2$1'));
}

/**
 * Turns a wrong use into an error of one line, which names the help of the command.
 * @param args the arguments of the process
 */
export function throwUsageErrors(command: Command, args: readonly string[]): void {
  const help = `see ${namesOf(command).join(' ')} --help`;
  command.exitOverride((error) => {
    if (error.exitCode === 0) throw error;
    if (error.code !== 'commander.help') {
      const said = withoutValues(error.message.trim()).replace(/^error: /, '');
      throw new UsageError(`${said.replace(/\n+/g, ' ').replace(/\.$/, '')}; ${help}`);
    }
    if (!args.includes('help'))
      throw new CommanderError(1, error.code, `no command given; ${help}`);
    throw new UsageError(`unknown command '${args[args.indexOf('help') + 1]}'; ${help}`);
  });
  for (const below of command.commands) throwUsageErrors(below, args);
}

/** Rejects a flag as the value of the option before it, which Commander accepts: `--data --json`. */
export function mustNotTakeFlags(command: Command): void {
  for (const option of command.options)
    if (option.required && /^--[a-z]/.test(command.getOptionValue(option.attributeName()) ?? ''))
      command.error(`option '${option.flags}' argument missing`);
}

function namesOf(command: Command): string[] {
  return [...(command.parent === null ? [] : namesOf(command.parent)), command.name()];
}
