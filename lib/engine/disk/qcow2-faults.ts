import { Fault } from "@/lib/kernel/fault";

export function qcow2Damaged(path: string, why: string): Fault {
  return new Fault({
    code: "Qcow2Damaged",
    message: `The qcow2 image '${path}' is damaged: ${why}.`,
    possibleCauses: "The file was damaged on its medium or while it was copied, or a program stopped while writing it.",
    recommendedAction:
      "Copy the image again from its origin, or repair it there with: qemu-img check -r all IMAGE (keep a copy first).",
  });
}

export function qcow2Truncated(path: string, why: string): Fault {
  return new Fault({
    code: "Qcow2Truncated",
    message: `The qcow2 image '${path}' is cut off: ${why}.`,
    possibleCauses: "A copy or a download of the file was not finished, or the disk that holds it was full.",
    recommendedAction: "Copy the whole file again from its origin.",
  });
}

export function qcow2Unsupported(path: string, what: string): Fault {
  return new Fault({
    code: "Qcow2Unsupported",
    message: `The qcow2 image '${path}' ${what}, which cannot be read here.`,
    possibleCauses: "The image uses parts of the format that need a key, another file, or a newer reader.",
    recommendedAction: "Convert it to a plain image, for example with: qemu-img convert -O qcow2 SOURCE TARGET.qcow2",
  });
}

export function qcow2MarkedCorrupt(path: string): Fault {
  return new Fault({
    code: "Qcow2MarkedCorrupt",
    message: `The qcow2 image '${path}' carries the mark of a damaged image, and what it holds cannot be trusted.`,
    possibleCauses: "The program that wrote it (QEMU) found that its tables contradict themselves, and marked it.",
    recommendedAction:
      "Check it where it comes from with: qemu-img check IMAGE, repair a copy with: qemu-img check -r all COPY, or restore it from a backup.",
  });
}
