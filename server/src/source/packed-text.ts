import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** One for all texts that fit it: hundreds of buffers of their own would be in nobody's way but that of other memory. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

function bytesOf(text: string, encoding: 'utf8' | 'latin1'): Buffer {
  const isSmall = text.length * 3 <= buffer.length;
  return isSmall ? buffer.subarray(0, buffer.write(text, encoding)) : Buffer.from(text, encoding);
}

/**
 * Keeps a text in a third or a fourth of its size; gives what has it again. 0.1 ms for 10 kB, a third of that to have it
 * again. The bytes are kept in a string: V8 moves those together, other than buffers.
 */
export function packedText(text: string): () => string {
  const { length } = text;
  const options = { level: 1, chunkSize: Math.max(1024, length >> 1) };
  const packed = deflateRawSync(bytesOf(text, 'utf8'), options).toString('latin1');
  return () =>
    inflateRawSync(bytesOf(packed, 'latin1'), { chunkSize: Math.max(1024, length + 64) }).toString();
}
