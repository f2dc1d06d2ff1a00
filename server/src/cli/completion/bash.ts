import { valuedOptions, type DescribedCommand, type DescribedProgram, type WordKind } from '../command-model';

/** A completion script for bash; needs nothing but bash. */
export function bashCompletion(program: DescribedProgram): string {
  const { name, commands } = program;
  const own = program.options.map(({ long }) => long);
  const standard = commands.find(({ isDefault }) => isDefault);
  const withValue = valuedOptions(program);
  const names = commands.map((command) => command.name);
  const identifier = `_${name.replace(/\W/g, '_')}`;
  return `# Completion of ${name} ${program.version} for bash. Made by: ${name} completion bash
${identifier}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  # --option=value comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    ${withValue.join(' | ')})
      [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
      ((i++))
      ;;
    ${names.join(' | ')})
      command=\${COMP_WORDS[i]}
      break
      ;;
    esac
  done
  COMPREPLY=()
  case "\${command:-${standard?.name ?? ''}} $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${commands.map((command) => optionsCase(command, [command.name], [])).join('\n')}
${standard ? optionsCase(standard, ['""'], own) : ''}
    esac
    return
  fi
  case "$command" in
${commands.map((command) => argumentsCase(command, command.name, [])).join('\n')}
${standard ? argumentsCase(standard, '""', names) : ''}
  esac
}
complete -F ${identifier} ${name}
`;
}

function valueCases(command: DescribedCommand): readonly string[] {
  return command.options.flatMap(({ long, value }) =>
    value === undefined
      ? []
      : [`  "${command.name} ${long}")\n    ${replies(value, [])}\n    return\n    ;;`],
  );
}

function optionsCase(command: DescribedCommand, labels: readonly string[], more: readonly string[]): string {
  const words = [...new Set([...command.options.map(({ long }) => long), ...more])];
  return `    ${labels.join(' | ')}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur")) ;;`;
}

function argumentsCase(command: DescribedCommand, label: string, more: readonly string[]): string {
  const value = command.arguments.at(-1)?.value ?? { kind: 'words', words: [] };
  return `  ${label})\n    ${replies(value, more)}\n    ;;`;
}

function replies(value: WordKind, more: readonly string[]): string {
  switch (value.kind) {
    case 'words':
      return `COMPREPLY=($(compgen -W '${[...more, ...value.words].join(' ')}' -- "$cur"))`;
    case 'file':
      return byLine('-f');
    case 'folder':
      return byLine('-d');
    case 'free':
      return more.length === 0 ? ':' : `COMPREPLY=($(compgen -W '${more.join(' ')}' -- "$cur"))`;
  }
}

/** Names of files may have blanks in them. */
const byLine = (kind: string): string =>
  `compopt -o filenames 2>/dev/null\n    local IFS=$'\\n'\n    COMPREPLY=($(compgen ${kind} -- "$cur"))`;
