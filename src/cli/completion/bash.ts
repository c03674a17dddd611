import { allOf, type CommandModel, type Values } from './model.js';

/** A script for bash, from 3.2 on. */
export function bashCompletion(model: CommandModel): string {
  const commands = allOf(model);
  const below = commands.filter(({ path }) => path.length > 0).map(({ path }) => keyOf(path));
  return `# bash completion for wheelgate: eval "$(wheelgate completion bash)"
_wheelgate_words() {
  COMPREPLY=()
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@")
}
_wheelgate_values() {
  case $1 in
    files) compopt -o filenames 2>/dev/null; _wheelgate_words -f -- "$2" ;;
    folders) compopt -o filenames 2>/dev/null; _wheelgate_words -d -- "$2" ;;
    words) _wheelgate_words -W "$3" -- "$2" ;;
  esac
}
_wheelgate() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path= i
  COMPREPLY=()
  # --option=value comes as three words.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
      ${below.join(' | ')}) path="$path/\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${commands.map(wordCase).join('\n')}
  esac
}
complete -F _wheelgate wheelgate
`;
}

function keyOf(path: readonly string[]): string {
  return path.map((name) => `/${name}`).join('');
}

function valueCases({ path, options }: CommandModel): string[] {
  return options.flatMap(({ names, values }) =>
    values === undefined
      ? []
      : `    ${names.map((name) => `'${keyOf(path)} ${name}'`).join(' | ')}) ${offer(values)}; return ;;`,
  );
}

function wordCase({ path, options, argument, commands }: CommandModel): string {
  const flags = options.flatMap(({ names }) => names).join(' ');
  const rest =
    commands.length > 0
      ? offer(commands.map((below) => below.path.at(-1)!))
      : offer(argument ?? 'anything');
  return `    '${keyOf(path)}') if [[ $cur == -* ]]; then ${offer(flags.split(' '))}; else ${rest}; fi ;;`;
}

function offer(values: Values): string {
  if (values === 'anything') return ':';
  if (typeof values === 'string') return `_wheelgate_values ${values} "$cur"`;
  return `_wheelgate_values words "$cur" '${values.join(' ')}'`;
}
