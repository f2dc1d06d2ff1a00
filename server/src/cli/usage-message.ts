import { orMeant } from '../syntax/nearest-name';

/** What commander says of a command line, in one line that says what to do. `named`: the command that was meant, if any. */
export function usageMessage(text: string, named: string | undefined): string {
  const [message = '', guess] = text
    .replace(/^error: /, '')
    .trimEnd()
    .split('\n');
  if (guess !== undefined) return `${message}; ${guess.replace(/^\(D(.*)\)$/, 'd$1')}`;
  const help = `see tw-index ${named === undefined ? '' : `${named} `}--help`;
  for (const [pattern, say] of sayings) {
    const match = pattern.exec(message);
    if (match) return say(match.slice(1), help);
  }
  return message;
}

type Saying = readonly [pattern: RegExp, say: (parts: readonly string[], help: string) => string];

const choice = ([what = '', given = '', known = '']: readonly string[]): string =>
  given === ''
    ? `${what}: is empty; there are: ${known}`
    : `${what} ${given} is unknown; ${orMeant(given, known.split(', '))}`;

const sayings: readonly Saying[] = [
  [/^option '(--[\w-]+)[^']*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s, choice],
  [
    /^command-argument value '(.*)' is invalid for argument '(\w+)'\. Allowed choices are (.*)\.$/s,
    ([given = '', what = '', known = '']) => choice([what, given, known]),
  ],
  [
    /^option '(--[\w-]+) (.*)' argument missing$/,
    ([option, value]) => `${option ?? ''}: ${value ?? ''} is missing behind it`,
  ],
  [
    /^too many arguments for '([\w-]+)'\. Expected (\d+) arguments? but got (\d+)\.$/,
    ([command, most, given], help) =>
      `too many arguments: ${command ?? ''} takes ${most === '0' ? 'none' : (most ?? '')}, not ${given ?? ''}; ${help}`,
  ],
  [/^missing required argument '(\w+)'$/, ([name], help) => `<${name ?? ''}> is missing; ${help}`],
  [/^(unknown option .*)$/, ([message], help) => `${message ?? ''}; ${help}`],
];
