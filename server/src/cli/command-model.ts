import type { Command, Option } from 'commander';

/** What a word of a command line may be. */
export type WordKind =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'free' };

export interface DescribedOption {
  /** `--format` */
  readonly long: string;
  /** `--format <name>` */
  readonly flags: string;
  readonly description: string;
  /** What follows it; `undefined`: nothing. */
  readonly value: WordKind | undefined;
  /** Shown in the help as what is taken without it. */
  readonly preset: string | undefined;
}

export interface DescribedArgument {
  /** `event` */
  readonly name: string;
  /** `[event...]` */
  readonly shown: string;
  readonly description: string;
  readonly value: WordKind;
}

export interface DescribedCommand {
  readonly name: string;
  readonly description: string;
  /** It is what runs when no command is named. */
  readonly isDefault: boolean;
  readonly options: readonly DescribedOption[];
  readonly arguments: readonly DescribedArgument[];
}

/** A program's commands as data: what completions and manual pages are made from. */
export interface DescribedProgram {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** Of the program itself: `--version`, `--help`. */
  readonly options: readonly DescribedOption[];
  readonly commands: readonly DescribedCommand[];
}

/** The options after which a value comes, of all commands. */
export const valuedOptions = ({ commands }: DescribedProgram): readonly string[] => [
  ...new Set(commands.flatMap(({ options }) => options.filter(({ value }) => value).map(({ long }) => long))),
];

/** Words that some options and arguments take, by the name they have in the help: `event`, `--family`. */
export type KnownWords = Readonly<Record<string, readonly string[]>>;

/** Reads a commander program, without running it. `defaultCommand`: what runs when none is named. */
export function describeProgram(
  program: Command,
  defaultCommand: string,
  known: KnownWords,
): DescribedProgram {
  const helper = program.createHelp();
  return {
    name: program.name(),
    description: program.description(),
    version: program.version() ?? '',
    options: helper.visibleOptions(program).map((option) => describeOption(option, known)),
    commands: helper
      .visibleCommands(program)
      .filter((command) => command.name() !== 'help')
      .map((command) => ({
        name: command.name(),
        description: command.description(),
        isDefault: command.name() === defaultCommand,
        options: helper.visibleOptions(command).map((option) => describeOption(option, known)),
        arguments: command.registeredArguments.map((argument) => ({
          name: argument.name(),
          shown: argument.required
            ? `<${argument.name()}${argument.variadic ? '...' : ''}>`
            : `[${argument.name()}${argument.variadic ? '...' : ''}]`,
          description: argument.description,
          value: kindOf(argument.name(), argument.argChoices, known),
        })),
      })),
  };
}

function describeOption(option: Option, known: KnownWords): DescribedOption {
  const long = option.long ?? option.flags;
  const takes = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1]?.replace(/\.\.\.$/, '');
  const preset: unknown = option.defaultValue;
  return {
    long,
    flags: option.flags,
    description: option.description,
    value: takes === undefined ? undefined : kindOf(takes, option.argChoices ?? known[long], known),
    preset: typeof preset === 'string' ? preset : undefined,
  };
}

const files = new Set(['file', 'vmlinux', 'file.html']);

function kindOf(name: string, choices: readonly string[] | undefined, known: KnownWords): WordKind {
  if (choices && choices.length > 0) return { kind: 'words', words: choices };
  if (Object.hasOwn(known, name)) return { kind: 'words', words: known[name] ?? [] };
  if (name === 'dir') return { kind: 'folder' };
  return files.has(name) ? { kind: 'file' } : { kind: 'free' };
}
