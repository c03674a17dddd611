import type { CommandModel, OptionModel, Values } from './model.js';

/** A script for zsh: a function for each command. */
export function zshCompletion(model: CommandModel): string {
  return `#compdef wheelgate
# zsh completion for wheelgate: source <(wheelgate completion zsh)
${functionsOf(model).join('\n')}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _wheelgate "$@"
else
  compdef _wheelgate wheelgate
fi
`;
}

function nameOf({ path }: CommandModel): string {
  return ['_wheelgate', ...path].join('_');
}

function functionsOf(model: CommandModel): string[] {
  return [...model.commands.flatMap(functionsOf), functionOf(model)];
}

function functionOf(model: CommandModel): string {
  const { commands, argument } = model;
  const options = model.options.map(specOf);
  if (commands.length === 0) {
    const rest = argument === undefined ? [] : [quoted(`*:${actionOf(argument)}`)];
    return `${nameOf(model)}() {\n  _arguments ${[...options, ...rest].join(' ')}\n}`;
  }
  const described = commands.map((one) =>
    quoted(`${escaped(one.path.at(-1)!)}:${one.description}`),
  );
  const cases = commands.map((one) => `      ${one.path.at(-1)}) ${nameOf(one)} ;;`);
  return `${nameOf(model)}() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(${described.join(' ')})
  _arguments -C ${options.join(' ')} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest) case $words[1] in
${cases.join('\n')}
    esac ;;
  esac
}`;
}

function specOf({ names, description, values }: OptionModel): string {
  const others = names.length > 1 ? `(${names.join(' ')})` : '';
  const value = values === undefined ? '' : `:${actionOf(values)}`;
  // The value follows in the same word, or in the next.
  const joint = (name: string) =>
    values === undefined ? name : `${name}${name.startsWith('--') ? '=' : '+'}`;
  return names
    .map((name) => quoted(`${others}${joint(name)}[${escaped(description)}]${value}`))
    .join(' ');
}

/** A message and its completions. */
function actionOf(values: Values): string {
  if (values === 'files') return 'file:_files';
  if (values === 'folders') return 'folder:_files -/';
  return values === 'anything' ? 'value: ' : `value:(${values.join(' ')})`;
}

function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
