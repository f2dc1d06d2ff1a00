import type { Directive } from './directive';

export interface RelevantStatement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of the function that it stands in. */
  readonly head?: string;
}

/** A file's directives, and what guards it as `CFileFacts` has it. */
export interface GuardedDirectives {
  readonly directives: readonly Directive[];
  readonly guard: string | undefined;
}

type Met = Directive & { readonly kind: 'include' | 'define' | 'undef' };

/**
 * Calls `each` with every include and definition of a file, and (`undefined`) for every wanted statement, with the texts
 * of the conditions that decide whether it is seen: those of the branches before it in the same `#if`, too.
 */
export function walkConditions(
  { directives, guard }: GuardedDirectives,
  statements: readonly RelevantStatement[],
  each: (directive: Met | undefined, conditions: readonly string[]) => void,
): void {
  const conditions: string[] = [];
  /** For each open #if, the number of conditions before it. */
  const open: number[] = [];
  let next = 0;
  const statementsBefore = (offset: number): void => {
    for (let one = statements[next]; one && one.start < offset; one = statements[next]) {
      each(undefined, conditions);
      // It goes on behind this directive, perhaps under other conditions.
      if (one.end > offset) return;
      next++;
    }
  };
  directives.forEach((directive, index) => {
    if (next < statements.length) statementsBefore(directive.offset);
    switch (directive.kind) {
      case 'if':
        open.push(conditions.length);
        if (!isOwnGuard(guard, index)) conditions.push(directive.text);
        return;
      case 'elif':
        conditions.push(directive.text);
        return;
      case 'endif':
        conditions.length = open.pop() ?? conditions.length;
        return;
      case 'include':
      case 'define':
      case 'undef':
        each(directive, conditions);
        return;
      case 'else':
    }
  });
  statementsBefore(Infinity);
}

/** The #if of a file's own include guard is no condition. `index`: of the directive. */
export const isOwnGuard = (guard: string | undefined, index: number): boolean =>
  index === 0 && guard !== undefined && guard !== '';
