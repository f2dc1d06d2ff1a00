/**
 * Error numbers that every architecture shares (include/uapi/asm-generic/errno-base.h, 1 to 34); above that they differ,
 * and the tree must say.
 */
const shared = [
  ...['EPERM', 'ENOENT', 'ESRCH', 'EINTR', 'EIO', 'ENXIO', 'E2BIG', 'ENOEXEC', 'EBADF', 'ECHILD', 'EAGAIN'],
  ...['ENOMEM', 'EACCES', 'EFAULT', 'ENOTBLK', 'EBUSY', 'EEXIST', 'EXDEV', 'ENODEV', 'ENOTDIR', 'EISDIR'],
  ...['EINVAL', 'ENFILE', 'EMFILE', 'ENOTTY', 'ETXTBSY', 'EFBIG', 'ENOSPC', 'ESPIPE', 'EROFS', 'EMLINK'],
  ...['EPIPE', 'EDOM', 'ERANGE'],
];

const numbers: ReadonlyMap<string, number> = new Map(shared.map((name, index) => [name, index + 1]));

/** `ENOMEM` is 12. */
export const errnoNumber = (name: string): number | undefined => numbers.get(name);

/** 12 is `ENOMEM`. */
export const errnoName = (value: number): string | undefined => shared[value - 1];
