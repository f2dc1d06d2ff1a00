import { withArticle } from './article';
import { definitionOf } from './code-words';
import { declarationOf } from './prototype';
import { argumentSpelling, registeringMacros } from './registering-macros';
import { openCallAt } from './unfinished-call';
import type { View } from './view';

export interface Signature {
  readonly label: string;
  readonly documentation: string;
  readonly parameters: readonly { readonly label: string; readonly documentation: string }[];
  /** 0-based. */
  readonly active: number;
}

/** The parameters of the registering macro or dispatcher whose arguments the cursor is in. */
export function signatureAt(view: View, path: string, offset: number): Signature | undefined {
  const file = view.source(path);
  const call = file && openCallAt(file, offset);
  if (!call) return undefined;
  const { family } = view.snapshot;
  const macro = registeringMacros(view).get(call.name);
  if (macro) {
    const active = activeOf(macro.parameters, call.argument);
    if (active === undefined) return undefined;
    const events = family.events.map(({ name }) => argumentSpelling(view, name)).join(', ');
    return {
      label: `${macro.name}(${macro.parameters.join(', ')})`,
      documentation: `Registers ${withArticle(family.noun[0])}: defines a pointer in a section, calls nothing.`,
      parameters: macro.parameters.map((label, position) => ({
        label,
        documentation:
          position === macro.eventParameter
            ? `One of: ${events}`
            : macro.functionParameters.includes(position) && family.prototype
              ? declarationOf(family.prototype, '(*fn)')
              : '',
      })),
      active,
    };
  }
  const dispatcher = family.dispatchers.find((candidate) => candidate.function === call.name);
  if (!dispatcher) return undefined;
  const head = headOf(view, dispatcher.function);
  const parameters = parametersOf(head, dispatcher.function);
  const active = activeOf(parameters, call.argument);
  if (active === undefined) return undefined;
  const constants = family.events.flatMap(({ constant }) => constant ?? []).join(', ');
  const event = family.events.find(
    ({ constant }) => constant === call.written[dispatcher.eventArgument ?? 0],
  );
  return {
    label: head,
    documentation: event?.meaning ?? `Calls the ${family.noun[1]} of an event, in slot order.`,
    parameters: parameters.map((label, position) => ({
      label,
      documentation:
        position === dispatcher.eventArgument
          ? `One of: ${constants}`
          : position === dispatcher.valArgument
            ? (event?.val ?? 'What the event says of it.')
            : '',
    })),
    active,
  };
}

/** The parameter of an argument; `undefined`: there are too many. Without known parameters, all of them are taken. */
function activeOf(parameters: readonly string[], argument: number): number | undefined {
  if (argument < parameters.length || parameters.length === 0) return argument;
  return parameters.at(-1)?.endsWith('...') === true ? parameters.length - 1 : undefined;
}

function headOf(view: View, name: string): string {
  for (const path of view.snapshot.candidates) {
    const file = path.endsWith('.c') ? view.source(path) : undefined;
    const found = file?.text.includes(name) === true ? definitionOf(file, name) : undefined;
    if (found) return found.head;
  }
  return `${name}(…)`;
}

/** The parameters of a head as written; they stand in it, so that an editor can mark them. */
function parametersOf(head: string, name: string): readonly string[] {
  const open = head.indexOf('(', head.indexOf(name));
  const close = head.lastIndexOf(')');
  if (open < 0 || close < open) return [];
  return head
    .slice(open + 1, close)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '…');
}
