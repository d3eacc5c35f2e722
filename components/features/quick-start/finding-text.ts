import { formatDateTime } from "@/components/ui/format";

const ISO_TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** What was found in the system; times in it are told in the reader's own time zone. */
export const findingText = (finding: string) => finding.replaceAll(ISO_TIME, formatDateTime);
