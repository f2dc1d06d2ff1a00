import type { TableEntry } from '../link/entry';
import type { Range } from '../syntax/positions';
import type { CallSite } from '../watchers/snapshot';
import { withArticle } from './article';
import { code, codeBlock, plain } from './markdown';
import { eventOf } from './navigation';
import { reason } from './reason';
import { registrationTitle } from './lenses';
import { indexOf } from './snapshot-index';
import { subjectAt } from './subject';
import { place, siteMarkdown, type LinkTo } from './table-markdown';
import type { View } from './view';

export interface Hover {
  readonly range: Range;
  readonly markdown: string;
}

/** More rows than this and a hover is no longer read; the table command shows all. */
const mostRows = 25;

/** What is known about the thing under the cursor; `undefined`: not our business. */
export function hover(view: View, path: string, offset: number, linkTo: LinkTo): Hover | undefined {
  const subject = subjectAt(view, path, offset);
  if (!subject) return undefined;
  const { range } = subject;
  switch (subject.kind) {
    case 'registration': {
      const parts = entriesMarkdown(view, subject.entries, linkTo, subject.part !== 'event');
      if (subject.part === 'event') {
        const event = eventOf(subject);
        if (event !== undefined) parts.push(eventMarkdown(view, event, linkTo));
      } else parts.push(expansions(subject.entries));
      return { range, markdown: parts.join('\n\n') };
    }
    case 'call-site':
      return { range, markdown: callSiteMarkdown(view, subject.site, linkTo) };
    case 'event':
      return { range, markdown: eventMarkdown(view, subject.event, linkTo) };
    case 'watcher':
      return {
        range,
        markdown: [
          ...entriesMarkdown(view, subject.entries, linkTo),
          ...sitesOf(view, subject.entries, linkTo),
        ].join('\n\n'),
      };
    case 'macro':
      return { range, markdown: macroMarkdown(view, subject.name) };
    case 'dispatcher':
      return { range, markdown: dispatcherMarkdown(view, subject.name) };
  }
}

/** What each event means is said once, however many entries there are. */
function entriesMarkdown(
  view: View,
  entries: readonly TableEntry[],
  linkTo: LinkTo,
  withMeaning = true,
): string[] {
  return entries.map((entry, at) => {
    const isFirst = entries.findIndex(({ event }) => event === entry.event) === at;
    return entryMarkdown(view, entry, withMeaning && isFirst, linkTo);
  });
}

function entryMarkdown(view: View, entry: TableEntry, withMeaning: boolean, linkTo: LinkTo): string {
  const { family } = view.snapshot;
  const event = family.events.find(({ name }) => name === entry.event);
  const lines = [`**${plain(registrationTitle(view, entry))}**`];
  if (withMeaning && event?.meaning !== undefined) lines.push(eventSentence(entry.event, event));
  if (entry.object !== undefined) {
    const verdict =
      entry.status === 'linked'
        ? 'linked into vmlinux'
        : entry.status === 'conditional'
          ? view.snapshot.configFile === undefined
            ? 'linked if its guards hold (no configuration to tell)'
            : 'may be linked'
          : plain(reason(entry));
    lines.push(`Object ${code(entry.object)}: ${verdict}.`);
  } else if (entry.status !== 'linked') lines.push(`${entry.status}: ${plain(reason(entry))}.`);
  if (entry.why.length > 0)
    lines.push(
      entry.why
        .map((step) => `- ${place(step, linkTo)} ${code(shortened(step.text, entry.object ?? ''))}`)
        .join('\n'),
    );
  if (entry.allGuards.length > 0) lines.push(`Guards: ${entry.allGuards.map(code).join(', ')}.`);
  for (const assumption of entry.assumptions) lines.push(`Assumed: ${plain(assumption)}.`);
  return lines.join('\n\n');
}

/** More of a makefile's line than this is cut around the word that counts. */
const mostOfLine = 80;

/** A makefile's line may name dozens of objects: the one that is meant, or what it is part of, stays. */
function shortened(text: string, object: string): string {
  if (text.length <= mostOfLine) return text;
  const [head = '', assigned = ''] = text.split(/(?<=[:+?]?=)\s+/, 2);
  const words = assigned.split(/\s+/);
  const parts = object.split('/');
  const isMeant = (word: string): boolean =>
    parts.some((part, at) => word === part || word === `${part}/` || word === parts.slice(at).join('/'));
  const kept = words.filter(isMeant);
  return kept.length === 0 || kept.length === words.length ? text : `${head} … ${kept.join(' … ')} …`;
}

function eventSentence(
  name: string,
  event: { readonly meaning?: string; readonly val?: string; readonly constant?: string },
): string {
  const val = event.val === undefined ? '' : ` ${code('val')}: ${plain(event.val)}.`;
  return `${code(event.constant ?? name)}: ${plain(event.meaning ?? '')}${val}`;
}

/** Several readers of the patches took the registering line for a call: it defines a variable. */
function expansions(entries: readonly TableEntry[]): string {
  const unique = [...new Map(entries.map((entry) => [entry.variable, entry])).values()];
  if (unique.every(({ expansion }) => expansion === '')) return '';
  return [
    'Expands to',
    codeBlock(unique.map(({ expansion }) => expansion).join('\n')),
    unique
      .map(
        ({ variable, section }) =>
          `It calls nothing here: it defines the pointer ${code(variable)} in section ${code(section)}.`,
      )
      .join('\n\n'),
  ].join('\n\n');
}

export function eventMarkdown(view: View, name: string, linkTo: LinkTo): string {
  const { family, tables } = view.snapshot;
  const event = family.events.find((candidate) => candidate.name === name);
  const table = tables.find((candidate) => candidate.event === name);
  if (!event || !table) return `${code(name)}: no such event in ${plain(family.name)}.`;
  const number = event.constant === undefined ? '' : ` (${code(event.constant)}, ${table.index})`;
  const parts = [`**${plain(family.title)}: ${plain(name)}**${number}`];
  if (event.meaning !== undefined) parts.push(eventSentence(name, event));
  parts.push(slotList(view, name, linkTo));
  const sites = indexOf(view.snapshot).sitesOf(name);
  if (sites.length > 0)
    parts.push('Notified by:', sites.map((site) => siteMarkdown(site, linkTo)).join('\n'));
  else if (family.dispatchers.length > 0) parts.push('Nothing notifies it.');
  if (table.start !== undefined)
    parts.push(`${code(table.section)} between ${code(table.start)} and ${code(table.stop ?? '?')}.`);
  return parts.join('\n\n');
}

function slotList(view: View, event: string, linkTo: LinkTo): string {
  const { tables, family } = view.snapshot;
  const entries = tables.find((candidate) => candidate.event === event)?.entries ?? [];
  const called = entries.filter(({ status }) => status === 'linked' || status === 'conditional');
  const left = entries.length - called.length;
  const rows = called.slice(0, mostRows).map((entry) => {
    const guards = entry.allGuards.length === 0 ? '' : ` ${entry.allGuards.map(code).join(' ')}`;
    return `- ${entry.slot ?? '?'} ${code(entry.function)} ${place(entry.place, linkTo)}${guards}`;
  });
  if (called.length > mostRows) rows.push(`- … ${called.length - mostRows} more`);
  if (left > 0) rows.push(`- ${left} more registered, not in this kernel`);
  return rows.length === 0 ? `No ${family.noun[1]}.` : rows.join('\n');
}

function callSiteMarkdown(view: View, site: CallSite, linkTo: LinkTo): string {
  if (site.event === undefined) return `${code(site.dispatcher)}: which event this notifies is not known.`;
  const use = {
    discarded: 'The result is thrown away.',
    'void-cast': 'The result is thrown away, explicitly.',
    assigned: 'The result is kept in a variable.',
    tested: 'The result is tested.',
    returned: 'The result is handed to the caller.',
    passed: 'The result is passed on.',
  }[site.result];
  const absent =
    site.status === 'linked' || site.status === 'conditional' ? '' : ` Not in this kernel: ${site.status}.`;
  const guards = site.guards.length === 0 ? '' : ` Guards: ${site.guards.map(code).join(', ')}.`;
  return [eventMarkdown(view, site.event, linkTo), `${use}${guards}${absent}`].join('\n\n');
}

function sitesOf(view: View, entries: readonly TableEntry[], linkTo: LinkTo): readonly string[] {
  const events = [...new Set(entries.map(({ event }) => event))];
  const sites = events.flatMap((event) => indexOf(view.snapshot).sitesOf(event));
  if (sites.length === 0) return [];
  return ['Called by way of', sites.map((site) => siteMarkdown(site, linkTo)).join('\n')];
}

function macroMarkdown(view: View, name: string): string {
  const { family } = view.snapshot;
  const uses = indexOf(view.snapshot).entries.filter(({ macro }) => macro === name);
  const linked = uses.filter(({ status }) => status === 'linked').length;
  const definitions = view.snapshot.macros.filter((macro) => macro.name === name);
  const text = definitions
    .map(({ parameters, body }) => `#define ${name}${parameters ? `(${parameters.join(', ')})` : ''} ${body}`)
    .join('\n');
  return [
    `**${plain(family.title)}**: ${code(name)} registers ${withArticle(family.noun[0])}: a use defines a pointer in a section, and calls nothing. ${uses.length} uses, ${linked} of them in this kernel.`,
    ...(text === '' ? [] : [codeBlock(text)]),
  ].join('\n\n');
}

function dispatcherMarkdown(view: View, name: string): string {
  const { family, callSites, tables } = view.snapshot;
  const sites = callSites.filter(({ dispatcher }) => dispatcher === name).length;
  const counts = tables
    .map(({ event, entries }) => {
      const count = entries.filter(({ status }) => status === 'linked' || status === 'conditional').length;
      return `${plain(event)} ${count}`;
    })
    .join(', ');
  return `**${plain(family.title)}**: ${code(name)} walks the table of an event. ${sites} call sites. ${family.noun[1]}: ${counts}.`;
}
