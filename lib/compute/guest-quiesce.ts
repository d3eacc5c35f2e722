import type { Clock } from "@/lib/kernel/clock";
import type { Explanation } from "@/lib/kernel/fault";
import type { LedgerMark } from "./guest/ledger-mark";
import type { GuestSerialFollower } from "./guest/ledger-serial";
import type { Quiesced } from "./host-protocol";
import type { RunningMachine } from "./hypervisor";

/** The guest looks at its serial port 18 times a second, and resumes by itself ten seconds after it was quiesced. */
const ANSWER_MS = 5_000;

/** What the guest said; whether the mark is on the disk is found at the cut. */
export type QuiesceAnswer =
  | { readonly state: "quiesced"; readonly orders: number; readonly mark: number }
  | Exclude<Quiesced, { state: "quiesced" }>;

/** Asks the ledger guest to stop taking orders with a mark on its disk. Whatever it answers, `resumeGuest` has to follow. */
export async function quiesceGuest(
  machine: { readonly name: string; readonly running: RunningMachine | null },
  follower: GuestSerialFollower,
  clock: Clock,
): Promise<QuiesceAnswer> {
  const { name, running } = machine;
  if (running === null) return notAvailable(`${name} is not running.`);
  if (follower.orders === null) return notAvailable(`Nothing in ${name} answers on its first serial port.`);
  const waiting = new AbortController();
  const answered = new Promise<QuiesceAnswer>((resolve) => {
    const unsubscribe = follower.onLine((line) => {
      if (line.kind === "quiesced") resolve(fromAnswer(name, line.orders, line.mark));
      if (line.kind === "quiesceFailed") resolve(failed(refused(name)));
    });
    waiting.signal.addEventListener("abort", unsubscribe, { once: true });
  });
  const silence = clock.sleep(ANSWER_MS, waiting.signal).then(
    () => failed(silent(name)),
    () => failed(silent(name)),
  );
  running.sendSerial("S");
  const answer = await Promise.race([answered, silence]);
  waiting.abort();
  return answer;
}

/** The answer is believed only when what it promises stands on the disk at the cut. */
export function provenOnDisk(
  name: string,
  answer: QuiesceAnswer,
  mark: LedgerMark | null,
  ordersAtCut: number | null,
): Quiesced {
  if (answer.state !== "quiesced") return answer;
  const stands = mark?.sequence === answer.mark && mark.orders === answer.orders && ordersAtCut === answer.orders;
  if (!stands || mark === null) return failed(markNotFound(name, answer.mark));
  return { state: "quiesced", mark: { sequence: mark.sequence, orders: mark.orders, at: `${mark.at}Z` } };
}

function fromAnswer(name: string, orders: number, mark: number | null): QuiesceAnswer {
  return mark === null ? failed(withoutMark(name)) : { state: "quiesced", orders, mark };
}

function failed(problem: Explanation): Extract<QuiesceAnswer, { state: "failed" }> {
  return { state: "failed", problem };
}

function notAvailable(message: string): QuiesceAnswer {
  return {
    state: "notAvailable",
    problem: {
      code: "QuiesceNotAvailable",
      message: `${message} There is nothing to quiesce.`,
      possibleCauses: "The machine is off, or runs a system that the host cannot ask.",
      recommendedAction: "Nothing, or add freeze and thaw scripts to the site's folder.",
    },
  };
}

function silent(name: string): Explanation {
  return {
    code: "GuestDidNotQuiesce",
    message: `The guest of ${name} did not answer within ${ANSWER_MS / 1000} s when it was asked to quiesce.`,
    possibleCauses: "The guest hangs, is overloaded, or is still starting.",
    recommendedAction: "Look at the machine's console. The next attempt is made by itself.",
  };
}

function refused(name: string): Explanation {
  return {
    code: "GuestCouldNotQuiesce",
    message: `The guest of ${name} could not write its mark to the disk.`,
    possibleCauses: "Its disk refuses writes (full, damaged), or its ledger is damaged.",
    recommendedAction: "Look at the machine's console and at its disk.",
  };
}

function withoutMark(name: string): Explanation {
  return {
    code: "GuestWithoutMark",
    message: `The guest of ${name} came to rest but is of a version that leaves no mark on its disk.`,
    possibleCauses: "The machine was made by an earlier version.",
    recommendedAction: "Make the demonstration site again.",
  };
}

function markNotFound(name: string, mark: number): Explanation {
  return {
    code: "GuestMarkNotFound",
    message: `The guest of ${name} said that mark ${mark} is on its disk, but at the cut it was not, or orders had followed.`,
    possibleCauses: "The guest went on by itself before the cut was taken: the host was overloaded.",
    recommendedAction: "Nothing: the next attempt is made by itself.",
  };
}
