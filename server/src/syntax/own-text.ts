/**
 * The same text as a string of its own. V8 makes a piece of a string by pointing into the whole, and so a name of twenty
 * letters keeps the header of 100 kB alive that it was cut from. For what is kept longer than the text it comes from.
 */
export function ownText(text: string): string {
  // Shorter pieces are copied by V8 itself; what is joined of two is made anew, and nothing else is as short.
  return text.length < 13 ? text : [text.slice(0, 1), text.slice(1)].join('');
}
