import { Refusal } from "@/lib/kernel/fault";

/** What every implementation of the repositories says in the same words. */
export function nameTakenRefusal(kind: string, name: string): Refusal {
  return new Refusal("conflict", {
    code: "NameTaken",
    message: `A ${kind} named ${JSON.stringify(name)} already exists here.`,
    possibleCauses: "Somebody created it before; names differ by more than upper and lower case.",
    recommendedAction: "Choose another name, or use the one that exists.",
  });
}

export function goneRefusal(kind: string, id: string): Refusal {
  return new Refusal("notFound", {
    code: "NotFound",
    message: `The ${kind} ${id} does not exist any more.`,
    possibleCauses: "It was deleted while this was under way.",
    recommendedAction: "Refresh the page and look at what exists now.",
  });
}

export function revisionChangedRefusal(id: string): Refusal {
  return new Refusal("conflict", {
    code: "RevisionChanged",
    message: `${id} was changed by somebody else in the meantime.`,
    possibleCauses: "Two requests, or a request and a job, changed it at the same time.",
    recommendedAction: "Look at its present state and try again.",
  });
}
