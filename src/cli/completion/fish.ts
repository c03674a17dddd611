import { allOf, type CommandModel, type OptionModel, type Values } from './model.js';

/** A script for fish. */
export function fishCompletion(model: CommandModel): string {
  return `# fish completion for wheelgate: wheelgate completion fish | source
# What stands before the cursor but for options: the command, and its arguments.
function __wheelgate_words
  string join / -- (string match -v -- '-*' (commandline -opc)[2..-1])
end
# Whether a command comes next, below the one that is named.
function __wheelgate_at
  test "$argv" = "$(__wheelgate_words)"
end
function __wheelgate_below
  string match -q -- "$argv/*" "$(__wheelgate_words)/"
end
complete -c wheelgate -f
${allOf(model).flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, options, argument, commands }: CommandModel): string[] {
  // An argument may have the name of a command, so the position of the command decides.
  const where = commands.length > 0 ? '__wheelgate_at' : '__wheelgate_below';
  const here = ` -n ${quoted(`${where} ${path.join('/')}`.trim())}`;
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
  // -x disables file completion, except for the options that request files.
  const value = values === undefined ? '' : `${values === 'files' ? ' -r' : ' -x'}${offer(values)}`;
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
