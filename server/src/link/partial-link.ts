import type { InputSection, LinkedObject } from './input-section';

/**
 * What `ld -r` makes of several objects: one, in which the sections of one name lie together. Its headers come in the
 * order of the names' first appearance, read-only sections in front of writable ones (measured, binutils 2.40). The
 * pieces stay apart here, so that each keeps its object; as neighbours they are laid out like one section.
 */
export function partialLink(path: string, parts: readonly LinkedObject[], archive?: string): LinkedObject {
  const byName = new Map<string, InputSection[]>();
  for (const { sections } of parts)
    for (const section of sections) {
      const same = byName.get(section.name);
      if (same) same.push(section);
      else byName.set(section.name, [section]);
    }
  const merged = [...byName.values()];
  const isWritable = (pieces: readonly InputSection[]): boolean => pieces[0]?.writable === true;
  const ordered = [...merged.filter((one) => !isWritable(one)), ...merged.filter(isWritable)];
  return {
    path,
    ...(archive === undefined ? {} : { archive }),
    sections: ordered.flatMap((pieces) => {
      const alignment = Math.max(...pieces.map((piece) => piece.alignment));
      const writable = pieces.some((piece) => piece.writable);
      return pieces.map((piece) => ({ ...piece, alignment, writable }));
    }),
  };
}
