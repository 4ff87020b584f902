// Reads a tar archive (POSIX ustar): files and folders, which is all that a database folder has.

export interface TarEntry {
  readonly path: string;
  /** Null: a folder. */
  readonly content: Uint8Array | null;
}

const block = 512;

/** Folders come before what is in them. Throws where the archive ends too early or a path leads out of it. */
export function* unpackTar(archive: Uint8Array): Generator<TarEntry> {
  let offset = 0;
  while (offset + block <= archive.length) {
    const header = archive.subarray(offset, offset + block);
    const name = text(header, 0, 100);
    if (name === "") return;
    const path = `${text(header, 345, 155)}${name}`;
    if (path.split("/").includes("..")) throw new Error(`The archive names a path outside: ${path}`);
    const size = Number.parseInt(text(header, 124, 12), 8) || 0;
    const start = offset + block;
    if (start + size > archive.length) throw new Error("The archive ends too early.");
    const isFolder = text(header, 156, 1) === "5";
    yield { path, content: isFolder ? null : archive.subarray(start, start + size) };
    offset = start + Math.ceil(size / block) * block;
  }
}

function text(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end))
    .toString("utf8")
    .trim();
}
