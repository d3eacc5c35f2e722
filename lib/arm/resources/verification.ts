import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import {
  CheckRequest,
  ItemVerificationView,
  RepairRequest,
  ScrubSettings,
  VerificationView,
} from "@/lib/contract/verification";
import { checkVault } from "@/lib/operations/check-vault";
import { repairVault } from "@/lib/operations/repair-vault";
import { readItemVerification } from "@/lib/operations/read-item-verification";
import { readVerification } from "@/lib/operations/read-verification";
import { setScrubBudget } from "@/lib/operations/set-scrub-budget";
import { accepted, ok } from "../answers";
import { PROTECTED_ITEM, VAULT_OWN } from "../paths";
import { presentItemVerification, presentVerification } from "../presenters/verification";
import { resolveProtectedItem, resolveVault } from "../resolve";
import { route, type Route } from "../route";
import { protectedItemArmId } from "../site-recovery-ids";

const VERIFICATION = `${VAULT_OWN}/verification` as const;

export const verificationRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: VERIFICATION,
    summary:
      "What is known of the vault's soundness: the last checks, and damage located to machine, disk, point and extent.",
    apiVersions: OWN_API_VERSIONS,
    answer: VerificationView,
    async handle(call) {
      const vault = await resolveVault(call);
      return ok(presentVerification(vault, await readVerification(call.context, vault)));
    },
  }),
  route({
    method: "PATCH",
    path: VERIFICATION,
    summary: "Sets how much of the vault is read and verified each day.",
    apiVersions: OWN_API_VERSIONS,
    body: ScrubSettings,
    answer: VerificationView,
    async handle(call) {
      const vault = await resolveVault(call);
      const changed = await setScrubBudget(call.context, vault, call.body.properties.scrubMiBPerDay);
      return ok(presentVerification(changed, await readVerification(call.context, changed)));
    },
  }),
  route({
    method: "POST",
    path: `${VERIFICATION}/check`,
    summary: "Looks for damage (job): the structure, or with readData every byte. Changes nothing.",
    apiVersions: OWN_API_VERSIONS,
    body: CheckRequest,
    bodyOptional: true,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const depth = call.body.properties?.readData === true ? "data" : "structure";
      const job = await checkVault(call.context, vault, { depth });
      return accepted(call, vault, job, `${vaultArmId(vault)}/providers/Secondsite.Recovery/verification`);
    },
  }),
  route({
    method: "POST",
    path: `${VERIFICATION}/repair`,
    summary: "Repairs known damage (job): fetches from the protected machines what they still have of it.",
    apiVersions: OWN_API_VERSIONS,
    body: RepairRequest,
    bodyOptional: true,
    longRunning: true,
    async handle(call) {
      const vault = await resolveVault(call);
      const deleteLostPoints = call.body.properties?.deleteLostPoints === true;
      const job = await repairVault(call.context, vault, { deleteLostPoints });
      return accepted(call, vault, job, `${vaultArmId(vault)}/providers/Secondsite.Recovery/verification`);
    },
  }),
  route({
    method: "GET",
    path: `${PROTECTED_ITEM}/providers/Secondsite.Recovery/verification`,
    summary:
      "What is known of the soundness of one machine's recovery points: the last check that saw them, its verdict.",
    apiVersions: OWN_API_VERSIONS,
    answer: ItemVerificationView,
    async handle(call) {
      const { vault, fabric, item } = await resolveProtectedItem(call);
      const found = await readItemVerification(call.context, item);
      return ok(presentItemVerification(protectedItemArmId(vault, fabric, item), found));
    },
  }),
];
