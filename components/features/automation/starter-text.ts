import type { RunbookType } from "@/lib/contract/automation";

/** What a new runbook begins with: it runs as it is, and shows how the context, variables and failure work. */
export const STARTER_TEXT: Readonly<Record<RunbookType, string>> = {
  Shell: `# Runs as a POSIX shell script. The context is a JSON file; its path is the first argument.
# To be given a variable of the account, add a line of its own such as:  # @variable ApiToken
# Its value is then in $SECONDSITE_VARIABLE_APITOKEN.
set -eu
context=$1

value() { sed -n "s/^ *\\"$1\\": \\"\\(.*\\)\\",*$/\\1/p" "$context"; }

echo "Plan $(value RecoveryPlanName), group $(value GroupId): $(value FailoverType) failover, $(value FailoverDirection)"
echo "Idempotency key: $SECONDSITE_IDEMPOTENCY_KEY"
# Any exit code other than 0 makes the action fail.
exit 0
`,
  JavaScript: `// Runs as an ES module. The context is a JSON file; its path is the first argument.
// To be given a variable of the account, add a line of its own such as:  // @variable ApiToken
// Its value is then in process.env.SECONDSITE_VARIABLE_APITOKEN.
import fs from "node:fs";

const context = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));

console.log(\`Plan \${context.RecoveryPlanName}, group \${context.GroupId}: \${context.FailoverType} failover, \${context.FailoverDirection}\`);
console.log(\`Idempotency key: \${context.IdempotencyKey}\`);
for (const [id, machine] of Object.entries(context.VmMap)) {
  console.log(\`Machine \${id}: \${machine.RoleName ?? "not made yet"}\`);
}
// Any exit code other than 0, and any exception, makes the action fail.
`,
  Python3: `# Runs with Python 3. The context is a JSON file; its path is the first argument.
# To be given a variable of the account, add a line of its own such as:  # @variable ApiToken
# Its value is then in os.environ["SECONDSITE_VARIABLE_APITOKEN"].
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    context = json.load(file)

print(f"Plan {context['RecoveryPlanName']}, group {context['GroupId']}: {context['FailoverType']} failover, {context['FailoverDirection']}")
print(f"Idempotency key: {context['IdempotencyKey']}")
for machine_id, machine in context["VmMap"].items():
    print(f"Machine {machine_id}: {machine.get('RoleName', 'not made yet')}")
# Any exit code other than 0, and any exception, makes the action fail.
`,
  PowerShell: `# Runs with PowerShell 7. The context comes as an object in this parameter, as in Azure Automation.
# To be given a variable of the account, add a line of its own such as:  # @variable ApiToken
# Get-AutomationVariable -Name ApiToken then gives its value.
param(
  [Object] $RecoveryPlanContext
)

Write-Output "Plan $($RecoveryPlanContext.RecoveryPlanName), group $($RecoveryPlanContext.GroupId): $($RecoveryPlanContext.FailoverType) failover, $($RecoveryPlanContext.FailoverDirection)"
Write-Output "Idempotency key: $($RecoveryPlanContext.IdempotencyKey)"
foreach ($machine in $RecoveryPlanContext.VmMap.PSObject.Properties) {
  Write-Output "Machine $($machine.Name): $($machine.Value.RoleName)"
}
# Any exit code other than 0, and any exception, makes the action fail.
`,
};

/** The context that a trial is given unless it is changed: that of a test failover, by its look. */
export const SAMPLE_CONTEXT_TEXT = JSON.stringify(
  {
    RecoveryPlanName: "trial",
    FailoverType: "Test",
    FailoverDirection: "PrimaryToSecondary",
    GroupId: "1",
    VmMap: {
      "7a1069c6-c1d6-49c5-8c5d-33bfce8dd183": {
        ResourceGroupName: "contoso",
        CloudServiceName: "contoso",
        RoleName: "CONTOSO-WEB-test",
      },
    },
  },
  null,
  2,
);

export const languageLabels: Readonly<Record<RunbookType, string>> = {
  Shell: "Shell",
  JavaScript: "JavaScript",
  Python3: "Python",
  PowerShell: "PowerShell",
};
