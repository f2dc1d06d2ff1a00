import { valuedOptions, type DescribedCommand, type DescribedProgram, type WordKind } from '../command-model';

/** A completion script for zsh: to be put as `_NAME` into a folder of `fpath`, or to be sourced after `compinit`. */
export function zshCompletion(program: DescribedProgram): string {
  const { name, commands } = program;
  const standard = commands.find(({ isDefault }) => isDefault);
  const valued = valuedOptions(program);
  const own = program.options.map(({ long, description }) => quoted(`${long}[${bracketed(description)}]`));
  return `#compdef ${name}
# Completion of ${name} ${program.version} for zsh. Made by: ${name} completion zsh
_${name}() {
  local -a commands
  commands=(
${commands.map((command) => `    ${quoted(`${command.name}:${command.description}`)}`).join('\n')}
  )
  local command=
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    if [[ \${words[i - 1]} == (${valued.join('|')}) ]]; then
      continue
    elif ((\${commands[(I)\${words[i]}:*]})); then
      command=\${words[i]}
      words[i]=()
      ((CURRENT--))
      break
    fi
  done
  if [[ -z $command && \${words[CURRENT]} != -* && \${words[CURRENT - 1]} != (${valued.join('|')}) ]]; then
    _describe -t commands command commands
  fi
  case "$command" in
${commands.map((command) => `    ${command.name})\n${specs(command, [])}\n      ;;`).join('\n')}
${standard ? `    *)\n${specs(standard, own)}\n      ;;` : ''}
  esac
}
if [[ "$funcstack[1]" == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function specs(command: DescribedCommand, more: readonly string[]): string {
  const options = command.options.map(({ long, description, value }) =>
    value === undefined
      ? quoted(`${long}[${bracketed(description)}]`)
      : quoted(`${long}=[${bracketed(description)}]:value:${action(value)}`),
  );
  const values = command.arguments.map((argument) =>
    quoted(`${argument.shown.includes('...') ? '*' : ''}:${argument.name}:${action(argument.value)}`),
  );
  const lines = [...new Set([...options, ...more]), ...values].map((spec) => `        ${spec}`);
  return `      _arguments \\\n${lines.join(' \\\n')}`;
}

function action(value: WordKind): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'free':
      return ' ';
  }
}

const bracketed = (text: string): string => text.replace(/[[\]\\:]/g, '\\$&');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
