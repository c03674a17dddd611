import { allOf, type CommandModel, type OptionModel, type Values } from './model.js';

/** A script for fish. */
export function fishCompletion(model: CommandModel): string {
  return `# fish completion for wheelgate: wheelgate completion fish | source
complete -c wheelgate -f
${allOf(model).flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, options, argument, commands }: CommandModel): string[] {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const names = commands.map((one) => one.path.at(-1)!);
  const none = names.length === 0 ? [] : [`not __fish_seen_subcommand_from ${names.join(' ')}`];
  const here = ` -n ${quoted([...seen, ...none].join('; and '))}`;
  return [
    ...commands.map(
      (one) => `complete -c wheelgate${here} -a ${one.path.at(-1)} -d ${quoted(one.description)}`,
    ),
    ...options.map((option) => `complete -c wheelgate${here}${flagsOf(option)}`),
    ...(argument === undefined || argument === 'anything'
      ? []
      : [`complete -c wheelgate${here}${offer(argument)}`]),
  ];
}

function flagsOf({ names, description, values }: OptionModel): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`,
  );
  const value = values === undefined ? '' : ` -r${offer(values)}`;
  return `${flags.join('')}${value} -d ${quoted(description)}`;
}

function offer(values: Values): string {
  if (values === 'files') return ' -F';
  if (values === 'folders') return " -a '(__fish_complete_directories)'";
  return values === 'anything' ? '' : ` -a ${quoted(values.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
