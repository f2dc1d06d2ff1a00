import type { DescribedCommand, DescribedProgram, WordKind } from '../command-model';

/** A completion script for fish. */
export function fishCompletion(program: DescribedProgram): string {
  const { name, commands } = program;
  const complete = (...words: readonly string[]): string => ['complete', '-c', name, ...words].join(' ');
  const all = commands.map((command) => command.name).join(' ');
  const condition = (command: DescribedCommand): string => {
    if (!command.isDefault) return `__fish_seen_subcommand_from ${command.name}`;
    const others = commands.filter((other) => other !== command).map((other) => other.name);
    return `not __fish_seen_subcommand_from ${others.join(' ')}`;
  };
  return `# Completion of ${name} ${program.version} for fish. Made by: ${name} completion fish
${[
  complete('-f'),
  ...program.options.map(({ long, description }) => complete('-l', long.slice(2), '-d', quoted(description))),
  ...commands.map((command) =>
    complete(
      '-n',
      quoted(`not __fish_seen_subcommand_from ${all}`),
      '-a',
      command.name,
      '-d',
      quoted(command.description),
    ),
  ),
  ...commands.flatMap((command) => [
    ...command.options.map(({ long, description, value }) =>
      complete(
        '-n',
        quoted(condition(command)),
        '-l',
        long.slice(2),
        ...(value === undefined ? [] : taking(value)),
        '-d',
        quoted(description),
      ),
    ),
    ...command.arguments.map(({ value }) => complete('-n', quoted(condition(command)), ...taking(value))),
  ]),
].join('\n')}
`;
}

function taking(value: WordKind): readonly string[] {
  switch (value.kind) {
    case 'words':
      return ['-x', '-a', quoted(value.words.join(' '))];
    case 'file':
      return ['-r', '-F'];
    case 'folder':
      return ['-x', '-a', quoted('(__fish_complete_directories)')];
    case 'free':
      return ['-x'];
  }
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
