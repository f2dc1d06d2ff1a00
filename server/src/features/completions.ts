import type { Range } from '../syntax/positions';
import { withArticle } from './article';
import { definedFunctions, isLinkerScript } from './code-words';
import { declarationOf, hasPrototype } from './prototype';
import { argumentSpelling, registeringMacros, type RegisteringMacro } from './registering-macros';
import { indexOf } from './snapshot-index';
import { unfinishedAt, type OpenCall, type Unfinished } from './unfinished-call';
import type { View } from './view';

export interface Completion {
  readonly label: string;
  readonly kind: 'event' | 'constant' | 'macro' | 'function' | 'snippet' | 'section';
  readonly detail: string;
  readonly documentation: string | undefined;
  /** What is put in the place of `range`; with tab stops (`${1:name}`) in `snippet`. */
  readonly text: string;
  readonly snippet: string | undefined;
  readonly range: Range;
  /** Orders the answers. */
  readonly rank: string;
}

/** Nothing is offered only because the word has too few letters yet: more of them are to be asked about again. */
export function isTooShort(view: View, path: string, offset: number): boolean {
  const file = view.source(path);
  const at = file && !isLinkerScript(path) ? unfinishedAt(file, offset) : undefined;
  if (!file || !at || (!at.inString && isMemberName(file.text, at))) return false;
  return at.word.length > 0 && at.word.length < fewestLetters;
}

const isMemberName = (text: string, { range: { start } }: Unfinished): boolean =>
  /(?:->|\.)\s*$/.test(text.slice(Math.max(0, start - 40), start));

/** A word must have this many letters before anything is offered outside our own macros and calls. */
const fewestLetters = 3;

/** What may stand at the cursor, as far as a table is concerned; empty: not our business. */
export function completions(view: View, path: string, offset: number): readonly Completion[] {
  const file = view.source(path);
  if (!file || isLinkerScript(path)) return [];
  const at = unfinishedAt(file, offset);
  if (!at) return [];
  if (at.inString) return sectionNames(view, at);
  if (isMemberName(file.text, at)) return [];
  const { call } = at;
  if (call) {
    const macro = registeringMacros(view).get(call.name);
    if (macro) return macroArguments(view, path, at, macro, call);
    const dispatcher = view.snapshot.family.dispatchers.find((one) => one.function === call.name);
    if (dispatcher?.eventArgument === call.argument) return eventConstants(view, at);
  }
  if (at.word.length < fewestLetters) return [];
  return [
    ...(at.atTopLevel ? newRegistrations(view, path, at) : []),
    ...(at.atTopLevel ? [] : eventConstants(view, at).filter(({ label }) => label.startsWith(at.word))),
    ...(at.atTopLevel ? [] : dispatchers(view, at)),
  ];
}

function eventConstants(view: View, at: Unfinished): readonly Completion[] {
  return view.snapshot.family.events.flatMap(
    ({ name, constant, meaning, val }, index): readonly Completion[] =>
      constant === undefined
        ? []
        : [
            {
              label: constant,
              kind: 'constant',
              detail: tableSize(view, name),
              documentation: eventText(meaning, val),
              text: constant,
              snippet: undefined,
              range: at.range,
              rank: rankOf(0, index),
            },
          ],
  );
}

const rankOf = (group: number, index: number): string => `${group}${String(index).padStart(4, '0')}`;

function eventText(meaning: string | undefined, val: string | undefined): string | undefined {
  const parts = [meaning, val === undefined ? undefined : `val: ${val}`].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function tableSize(view: View, event: string): string {
  const { family, tables } = view.snapshot;
  const entries = tables.find((table) => table.event === event)?.entries ?? [];
  const linked = entries.filter(({ status }) => status === 'linked' || status === 'conditional').length;
  return `${linked} ${family.noun[linked === 1 ? 0 : 1]}`;
}

function macroArguments(
  view: View,
  path: string,
  at: Unfinished,
  macro: RegisteringMacro,
  call: OpenCall,
): readonly Completion[] {
  const { family } = view.snapshot;
  if (call.argument === macro.eventParameter)
    return family.events.map(({ name, meaning, val }, index) => {
      const text = argumentSpelling(view, name);
      return {
        label: text,
        kind: 'event',
        detail: tableSize(view, name),
        documentation: eventText(meaning, val),
        text,
        snippet: undefined,
        range: at.range,
        rank: rankOf(0, index),
      };
    });
  if (!macro.functionParameters.includes(call.argument)) return [];
  const written = macro.eventParameter === undefined ? undefined : call.written[macro.eventParameter];
  const event =
    macro.event ?? (written === undefined ? undefined : indexOf(view.snapshot).eventOfSpelling.get(written));
  return candidateFunctions(view, path, at, event);
}

/** The file's functions with the right prototype; those that this event does not have yet come first. */
function candidateFunctions(
  view: View,
  path: string,
  at: Unfinished,
  event: string | undefined,
): readonly Completion[] {
  const file = view.source(path);
  const { family } = view.snapshot;
  const { prototype } = family;
  if (!file) return [];
  const index = indexOf(view.snapshot);
  const seen = new Set<string>();
  return definedFunctions(file).flatMap((fact, position): readonly Completion[] => {
    if (seen.has(fact.name) || (prototype && !hasPrototype(fact, prototype))) return [];
    if (!prototype && !/\(\s*void\s*\)/.test(fact.head)) return [];
    seen.add(fact.name);
    const own = index
      .entriesOf(fact.name)
      .filter(
        ({ place, range }) =>
          place.file === path && !(range.start <= at.range.start && at.range.end <= range.end),
      );
    const events = [...new Set(own.map((entry) => entry.event))];
    const taken = event === undefined ? events.length > 0 : events.includes(event);
    return [
      {
        label: fact.name,
        kind: 'function',
        detail: events.length === 0 ? `not registered` : `registered for ${events.join(', ')}`,
        documentation: fact.head,
        text: fact.name,
        snippet: undefined,
        range: at.range,
        rank: rankOf(taken ? 1 : 0, 9999 - position),
      },
    ];
  });
}

function newRegistrations(view: View, path: string, at: Unfinished): readonly Completion[] {
  const { family } = view.snapshot;
  const word = at.word.toLowerCase();
  const macros = [...registeringMacros(view).values()].filter(({ name }) => !name.startsWith('__'));
  const found = macros.flatMap((macro, index): readonly Completion[] => {
    if (!macro.name.toLowerCase().startsWith(word)) return [];
    const stops = macro.parameters.map((parameter, position) =>
      position === macro.eventParameter
        ? `\${${position + 1}${eventChoice(view)}}`
        : `\${${position + 1}:${parameter}}`,
    );
    return [
      {
        label: macro.name,
        kind: 'macro',
        detail: `registers ${withArticle(family.noun[0])}`,
        documentation: `${macro.name}(${macro.parameters.join(', ')}) defines a pointer in a section; it calls nothing.`,
        text: macro.name,
        snippet: `${macro.name}(${stops.join(', ')});`,
        range: at.range,
        rank: rankOf(0, index),
      },
    ];
  });
  const [macro] = macros.filter(
    ({ eventParameter, functionParameters, event }) =>
      functionParameters.length === 1 && (eventParameter !== undefined || event !== undefined),
  );
  const { prototype } = family;
  if (!macro || !prototype || !path.endsWith('.c')) return found;
  if (
    ![family.noun[0], macro.name.toLowerCase(), 'static'].some((name) => name.startsWith(word)) ||
    word === 'static'
  )
    return found;
  const event = macro.eventParameter === undefined ? undefined : `\${2${eventChoice(view)}}`;
  const body = [
    `static ${declarationOf(prototype, '${1:name}')}`,
    '{',
    '\t$0',
    '\treturn 0;',
    '}',
    `${macro.name}(${macro.parameters
      .map((parameter, position) =>
        position === macro.eventParameter
          ? (event ?? parameter)
          : macro.functionParameters.includes(position)
            ? '${1:name}'
            : parameter,
      )
      .join(', ')});`,
  ].join('\n');
  return [
    ...found,
    {
      label: `new ${family.noun[0]}`,
      kind: 'snippet',
      detail: `a function and its registration with ${macro.name}`,
      documentation: undefined,
      // What editors compare with the word being typed.
      text: family.noun[0].startsWith(word) ? family.noun[0] : macro.name,
      snippet: body,
      range: at.range,
      rank: rankOf(1, 0),
    },
  ];
}

const eventChoice = (view: View): string =>
  `|${view.snapshot.family.events.map(({ name }) => argumentSpelling(view, name)).join(',')}|`;

function dispatchers(view: View, at: Unfinished): readonly Completion[] {
  const { family } = view.snapshot;
  return family.dispatchers.flatMap((dispatcher, index): readonly Completion[] => {
    if (!dispatcher.function.startsWith(at.word)) return [];
    const places = [dispatcher.eventArgument, dispatcher.valArgument, dispatcher.taskArgument]
      .filter((position) => position !== undefined)
      .sort((a, b) => a - b);
    const constants = family.events.flatMap(({ constant }) => constant ?? []);
    const stops = places.map((position, stop) =>
      position === dispatcher.eventArgument
        ? `\${${stop + 1}|${constants.join(',')}|}`
        : `\${${stop + 1}:${position === dispatcher.valArgument ? 'val' : 'tsk'}}`,
    );
    return [
      {
        label: dispatcher.function,
        kind: 'function',
        detail: `notifies the ${family.noun[1]} of an event`,
        documentation: undefined,
        text: dispatcher.function,
        snippet: `${dispatcher.function}(${stops.join(', ')})`,
        range: at.range,
        rank: rankOf(2, index),
      },
    ];
  });
}

function sectionNames(view: View, at: Unfinished): readonly Completion[] {
  if (at.word.length < fewestLetters) return [];
  return [...indexOf(view.snapshot).eventOfSection].flatMap(
    ([section, event], index): readonly Completion[] => {
      const table =
        view.snapshot.laid.length === 0 ? undefined : view.snapshot.tables.find((one) => one.event === event);
      if (!section.startsWith(at.word) || (table && !table.section.includes(section))) return [];
      return [
        {
          label: section,
          kind: 'section',
          detail: `${event}: ${tableSize(view, event)}`,
          documentation: undefined,
          text: section,
          snippet: undefined,
          range: at.range,
          rank: rankOf(0, index),
        },
      ];
    },
  );
}
