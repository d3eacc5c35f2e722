/** In a file of its own: the help of all commands is shown without loading any. */
export const DISK_USAGE = `  npx secondsite disk info FILE [--json]
      What an image is: format, sizes, the files of its chain. Reads VHD and VHDX (with their parents, and a
      VHDX that was not closed), VMDK, raw and what else this version knows.

  npx secondsite disk convert SOURCE TARGET --format FORMAT [--replace] [--json]
      Writes the disk in another format, reads everything back and compares it. Holes stay holes; the source is
      only read. FORMAT: raw, vhd-fixed, vhd-dynamic, vhdx-fixed, vhdx-dynamic,
      vmdk-flat, vmdk-sparse, vmdk-split.
`;
