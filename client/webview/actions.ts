import type { Choice } from '../src/preview-messages';

/** What the parts of the page can ask for. */
export interface Actions {
  readonly choose: (choice: Choice) => void;
  readonly site: (id: string) => void;
  readonly open: (file: string, line: number) => void;
}
