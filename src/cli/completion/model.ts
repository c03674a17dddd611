import type { Argument, Command, Option } from 'commander';

/** The kinds of value to complete. */
export type Values = 'files' | 'folders' | 'anything' | readonly string[];

export interface OptionModel {
  /** `--json`, `-V`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Undefined if the option takes no value. */
  readonly values: Values | undefined;
}

/** One command, or the program itself. */
export interface CommandModel {
  /** `[]`, `['feed', 'sync']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly OptionModel[];
  /** Undefined if it takes no argument. The last of several may repeat. */
  readonly argument: Values | undefined;
  readonly commands: readonly CommandModel[];
}

/** The part of the command line that shell completion needs. */
export function modelOf(command: Command, path: readonly string[] = []): CommandModel {
  const [argument] = command.registeredArguments;
  const version = command.options.find(({ long }) => long === '--version');
  const help = {
    names: ['-h', '--help'],
    description: 'display help for command',
    values: undefined,
  };
  return {
    path,
    description: command.description(),
    options: [
      ...command.options.filter((option) => option !== version).map(optionOf),
      ...(version === undefined ? [] : [{ ...optionOf(version), values: undefined }]),
      help,
    ],
    argument: argument && valuesOf(argument, argument.name(), argument.description),
    commands: command.commands.map((below) => modelOf(below, [...path, below.name()])),
  };
}

/** Every command, the program first. */
export function allOf(model: CommandModel): CommandModel[] {
  return [model, ...model.commands.flatMap(allOf)];
}

function optionOf(option: Option): OptionModel {
  const names = [option.short, option.long].filter((name) => name != null);
  const placeholder = /[<[]([^>\]]+)/.exec(option.flags)?.[1];
  const values =
    placeholder === undefined ? undefined : valuesOf(option, placeholder, option.description);
  return { names, description: option.description, values };
}

/** From its choices, or else from the name of its placeholder. */
function valuesOf(
  { argChoices }: Pick<Option | Argument, 'argChoices'>,
  placeholder: string,
  description: string,
): Values {
  if (argChoices !== undefined) return argChoices;
  if (/\bfolder\b/.test(description) && /^dir$/.test(placeholder)) return 'folders';
  return /file|path|dir|history/.test(placeholder) ? 'files' : 'anything';
}
