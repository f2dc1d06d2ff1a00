/** Those who wait for something to become true. */
export interface Waiting {
  /** Resolves once `holds`, or after `timeout` milliseconds. */
  until(holds: () => boolean, timeout?: number): Promise<void>;
  /** Something changed: everyone looks again. */
  look(): void;
}

export function waiting(): Waiting {
  const looks = new Set<() => void>();
  return {
    until: (holds, timeout) =>
      new Promise((resolve) => {
        const finish = (): void => {
          looks.delete(look);
          clearTimeout(timer);
          resolve();
        };
        const look = (): void => {
          if (holds()) finish();
        };
        const timer = timeout === undefined ? undefined : setTimeout(finish, timeout);
        looks.add(look);
        look();
      }),
    look() {
      for (const look of [...looks]) look();
    },
  };
}
