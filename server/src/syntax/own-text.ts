/**
 * The same text as a string of its own. V8 makes a piece of a string by pointing into the whole, and so a name of twenty
 * letters keeps the header of 100 kB alive that it was cut from. For what is kept longer than the text it comes from.
 */
export function ownText(text: string): string {
  // Shorter pieces are copied by V8 itself.
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
