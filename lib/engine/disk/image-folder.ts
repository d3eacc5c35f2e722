/** The folder of an image, without a slash at its end. */
export function folderOf(imagePath: string): string {
  const slash = imagePath.lastIndexOf("/");
  return slash <= 0 ? "" : imagePath.slice(0, slash);
}

/**
 * The path of a file that an image names, if it lies in the image's own folder or below; null if it points anywhere
 * else. An image is a stranger's input: what it names is never opened outside of its folder. Takes both kinds of slash.
 * A link that somebody placed in the folder is followed; that is the folder's owner's doing, not the image's.
 */
export function siblingPath(imagePath: string, name: string): string | null {
  const unified = name.replaceAll("\\", "/");
  if (unified.startsWith("/") || /^[A-Za-z]:/.test(unified) || name.includes("\0")) return null;
  const parts: string[] = [];
  for (const part of unified.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length === 0 ? null : `${folderOf(imagePath)}/${parts.join("/")}`;
}

/** The last part of a path of any system: where a chain was copied as a whole, the file lies beside its child. */
export function baseNameOf(anyPath: string): string {
  return anyPath.replaceAll("\\", "/").split("/").at(-1) ?? "";
}
