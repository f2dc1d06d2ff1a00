import { nullPointer, unknownFunction, type Alignment } from './section-entry';

/** A word that assembler text puts into a section. */
export interface AssembledWord {
  readonly section: string;
  readonly isConst: boolean;
  /** The label in front of it. */
  readonly label: string | undefined;
  /** The symbol that it holds, {@link nullPointer} or {@link unknownFunction}. */
  readonly called: string;
  /** `undefined`: as large as a pointer. */
  readonly bytes: number | undefined;
  readonly alignment?: Alignment;
  /** Why it is not known how much stands here, if anything. */
  readonly unclear?: string;
}

export interface AssemblerOptions {
  readonly isWanted: (section: string) => boolean;
  /** `.align 8` means eight bytes, `.word` two; else a power of two, and four. */
  readonly isX86: boolean;
  /** Part of a unit: other parts, which nobody looks at, may use its macros. */
  readonly isPart?: boolean;
}

/** Reads lines one after the other, as GNU as, as far as they fill wanted sections. */
export interface AssemblerReader {
  readonly line: (text: string) => readonly AssembledWord[];
}

interface Section {
  readonly name: string;
  readonly isWanted: boolean;
  /** Its parts are put in order by number. */
  readonly isSubsection: boolean;
}

interface MacroText {
  readonly parameters: readonly string[];
  readonly lines: string[];
}

const symbol = /^[A-Za-z_.$][\w.$]*$/;
const leadingLabel = /^\s*(?:([A-Za-z_.$][\w.$]*)|\d+)\s*:/;
const elsewhere: Section = { name: '', isWanted: false, isSubsection: false };
const deepestMacro = 20;

const unusedMacro = {
  isConst: false,
  label: undefined,
  called: unknownFunction,
  bytes: undefined,
  unclear: 'where the macro that is defined here is used is not looked for',
};

/** What stands in a section without taking room. */
const takesNoRoom =
  /^\.(?:globa?l|local|weak|hidden|internal|protected|type|size|file|loc|ident|cfi_\w+|set|equ|equiv|extern|reloc|ltorg)$/;
const wordBytes: ReadonlyMap<string, number | undefined> = new Map([
  ['.quad', 8],
  ['.8byte', 8],
  ['.xword', 8],
  ['.dword', 8],
  ['.long', 4],
  ['.int', 4],
  ['.4byte', 4],
  ['.dc.l', 4],
  ['.dc.a', undefined],
]);
const opens = /^\.(?:if\w*|rept|irpc?)$/;
const closes = /^\.(?:endif|endr)$/;
const conditional = /^\.(?:if\w*|else\w*|endif|rept|irpc?|endr)$/;

export function assemblerReader({ isWanted, isX86, isPart = false }: AssemblerOptions): AssemblerReader {
  let current = elsewhere;
  let previous = elsewhere;
  const stack: { readonly current: Section; readonly previous: Section }[] = [];
  /** Sections that were named with flags: without, they keep them. */
  const writable = new Map<string, boolean>();
  const macros = new Map<string, MacroText>();
  let defining: MacroText | undefined;
  /** Conditions and loops of the assembler around the line. */
  let depth = 0;
  let label: string | undefined;
  let alignment: Alignment | undefined;
  /** Lines that macros may still make: no assembler would go on for ever. */
  let left = 100_000;

  const to = (section: Section): void => {
    previous = current;
    current = section;
    label = alignment = undefined;
  };
  const named = (operands: readonly string[]): Section => {
    const name = unquoted(operands[0] ?? '');
    const flags = operands.slice(1).find((one) => one.startsWith('"'));
    if (flags !== undefined && !writable.has(name)) writable.set(name, flags.includes('w'));
    const isSubsection = /^[1-9]\d*$/.test(operands[1] ?? '');
    return { name, isWanted: isWanted(name), isSubsection };
  };
  const word = (called: string, bytes: number | undefined, unclear?: string): AssembledWord => {
    const found = {
      section: current.name,
      isConst: writable.get(current.name) !== true,
      label,
      called,
      bytes,
      ...(alignment === undefined ? {} : { alignment }),
      ...(unclear === undefined ? {} : { unclear }),
    };
    label = alignment = undefined;
    return found;
  };
  /** False: it is no change of section. */
  const moves = (directive: string, operands: readonly string[]): boolean => {
    switch (directive) {
      case '.section':
        to(named(operands));
        return true;
      case '.pushsection':
        stack.push({ current, previous });
        to(named(operands));
        return true;
      case '.popsection': {
        const outer = stack.pop();
        to(outer?.current ?? elsewhere);
        previous = outer?.previous ?? elsewhere;
        return true;
      }
      case '.previous':
        to(previous);
        return true;
      case '.text':
      case '.data':
      case '.bss':
        to(elsewhere);
        return true;
      case '.subsection':
        to({ ...current, isSubsection: operands[0] !== '0' });
        return true;
      default:
        return false;
    }
  };

  const aligned = (directive: string, [amount = '']: readonly string[]): void => {
    const number = /^(?:0x[\da-f]+|\d+)$/i.test(amount) ? Number(amount) : undefined;
    const isPower = directive === '.p2align' || (directive === '.align' && !isX86);
    const bytes = number === undefined ? 'unknown' : isPower ? 2 ** number : number;
    if (alignment !== 'unknown') alignment = bytes === 'unknown' ? bytes : Math.max(alignment ?? 1, bytes);
  };

  const statement = (text: string, nesting: number): readonly AssembledWord[] => {
    let rest = text;
    for (let found = leadingLabel.exec(rest); found; found = leadingLabel.exec(rest)) {
      label = found[1] ?? label;
      rest = rest.slice(found[0].length);
    }
    const [, directive = '', after = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
    if (defining) {
      if (directive !== '.endm') defining.lines.push(text);
      else {
        const filled = isPart ? filledBy(defining) : undefined;
        defining = undefined;
        if (filled) return [{ ...unusedMacro, section: filled.name }];
      }
      return [];
    }
    if (directive === '' || directive.startsWith('#')) return [];
    if (directive === '.macro') {
      const [name = '', ...parameters] = after.split(/[\s,]+/);
      defining = { parameters: parameters.filter((one) => one !== ''), lines: [] };
      macros.set(name, defining);
      return [];
    }
    if (opens.test(directive)) depth++;
    else if (closes.test(directive)) depth = Math.max(0, depth - 1);
    if (conditional.test(directive)) return [];
    const operands = operandsOf(after);
    if (moves(directive, operands)) return [];
    const macro = macros.get(directive);
    if (macro) return nesting < deepestMacro && left-- > 0 ? used(macro, operands, nesting) : [];
    if (!current.isWanted || takesNoRoom.test(directive) || after.startsWith('=')) return [];
    if (/^\.(?:balign|p2align|align)$/.test(directive)) {
      aligned(directive, operands);
      return [];
    }
    const isWord = directive === '.word' && !isX86;
    const why = current.isSubsection
      ? 'it lies in a subsection'
      : depth > 0
        ? "it stands in the assembler's own condition or loop"
        : undefined;
    if (!isWord && !wordBytes.has(directive))
      return [word(unknownFunction, undefined, why ?? `${directive} is not followed`)];
    const bytes = isWord ? 4 : wordBytes.get(directive);
    return operands.map((operand) => word(pointed(operand), bytes, why));
  };

  /** The wanted section that a macro names. */
  const filledBy = ({ lines }: MacroText): Section | undefined =>
    lines
      .flatMap((one) => /^\s*\.(?:push)?section\s+(.*)$/.exec(one)?.[1] ?? [])
      .map((operands) => named(operandsOf(operands)))
      .find((section) => section.isWanted);

  const used = (macro: MacroText, operands: readonly string[], nesting: number): readonly AssembledWord[] => {
    const { parameters, lines } = macro;
    const given = operands.flatMap((one) => one.split(/\s+/));
    const values = new Map(
      parameters.map((one, at) => {
        const [name = '', value = ''] = one.split('=');
        const byName = given.find((other) => other.startsWith(`${name}=`));
        return [name.replace(/:\w+$/, ''), byName?.slice(name.length + 1) ?? given[at] ?? value];
      }),
    );
    return lines.flatMap((one) =>
      statement(
        one
          .replace(/\\(\w+)(?:\\\(\))?/g, (all, name: string) => values.get(name) ?? all)
          .replace(/\\\(\)/g, ''),
        nesting + 1,
      ),
    );
  };

  return { line: (text) => statementsIn(text).flatMap((one) => statement(one, 0)) };
}

/** Without comments, at its semicolons. */
function statementsIn(text: string): readonly string[] {
  const line = text.includes('/*') ? text.replace(/\/\*.*?\*\//g, ' ') : text;
  const found: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === '\\' && isQuoted) at++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (char === ';') {
      found.push(line.slice(from, at));
      from = at + 1;
    } else if (char === '#' && /^\s*$/.test(line.slice(from, at))) return found;
    else if (char === '#' && /\s/.test(line.charAt(at - 1)) && /[\s#]/.test(line.charAt(at + 1)))
      return [...found, line.slice(from, at)];
  }
  return [...found, line.slice(from)];
}

/** Between commas that stand in no brackets and no quotes. */
function operandsOf(text: string): readonly string[] {
  const found: string[] = [];
  let from = 0;
  let brackets = 0;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted && char !== '') continue;
    else if (char === '(') brackets++;
    else if (char === ')') brackets--;
    else if (char === '' || (char === ',' && brackets === 0)) {
      found.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return found.length === 1 && found[0] === '' ? [] : found;
}

const unquoted = (text: string): string => text.replace(/^"([^"]*)"$/, '$1');

/** `fn`, `(fn)`, and `fn - .` of relative tables. */
function pointed(operand: string): string {
  const inner = /^\((.*)\)$/.exec(operand)?.[1]?.trim() ?? operand;
  const called = /^(.*?)\s*-\s*\.$/.exec(inner)?.[1]?.trim() ?? inner;
  if (/^0(?:x0+)?$/i.test(called)) return nullPointer;
  return symbol.test(called) && called !== '.' && !called.startsWith('.L') ? called : unknownFunction;
}
