/**
 * What an answer was made from: every file and folder that was looked at, those that were not there included. As long as
 * they all are as they were, so is the answer. Absolute paths.
 */
export interface InputLog {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  readonly file: (path: string) => void;
  readonly folder: (path: string) => void;
}

export function inputLog(): InputLog {
  const files = new Set<string>();
  const folders = new Set<string>();
  return {
    files,
    folders,
    file: (path) => {
      files.add(path);
    },
    folder: (path) => {
      folders.add(path);
    },
  };
}
