/** A slot for people: `?` where the order is not known. */
export const slotText = (slot: number | undefined): string => (slot === undefined ? '?' : String(slot));
