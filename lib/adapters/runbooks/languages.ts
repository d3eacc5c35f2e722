import type { RunbookKind } from "@/lib/domain/automation";

/** Only what the system has: what somebody put in front of it for themselves is not for runbooks. */
export const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export const CONTEXT_FILE = "context.json";

export interface Language {
  readonly kind: RunbookKind;
  /** Looked for in the system's folders, in this order. */
  readonly commands: readonly string[];
  readonly versionArguments: readonly string[];
  readonly scriptName: string;
  /** Written beside the script. */
  readonly helpers: Readonly<Record<string, string>>;
  /** After the interpreter; run in the working folder. */
  arguments(limits: { readonly memoryBytes: number }): readonly string[];
  readonly installAdvice: string;
}

/** Gives the context as Azure Automation does, as an object in a parameter, and variables by its cmdlet. */
const POWERSHELL_START = `$ErrorActionPreference = 'Stop'
function Get-AutomationVariable([Parameter(Mandatory)][string]$Name) {
  $value = [Environment]::GetEnvironmentVariable('SECONDSITE_VARIABLE_' + $Name.ToUpperInvariant())
  if ($null -eq $value) { throw "The variable $Name was not asked for by a line '# @variable $Name'." }
  $value
}
$context = Get-Content -Raw -LiteralPath './${CONTEXT_FILE}' | ConvertFrom-Json
$command = Get-Command -Name './runbook.ps1'
$given = @{}
if ($command.Parameters.ContainsKey('RecoveryPlanContext')) { $given['RecoveryPlanContext'] = $context }
$RecoveryPlanContext = $context
& './runbook.ps1' @given
if ($null -ne $LASTEXITCODE) { exit $LASTEXITCODE }
`;

const MIB = 1024 * 1024;

export const LANGUAGES: readonly Language[] = [
  {
    kind: "Shell",
    commands: ["sh"],
    versionArguments: ["-c", "echo POSIX shell"],
    scriptName: "runbook.sh",
    helpers: {},
    arguments: () => ["runbook.sh", CONTEXT_FILE],
    installAdvice: "Every system has a shell: /bin/sh is missing or may not be run.",
  },
  {
    kind: "JavaScript",
    commands: ["node", "nodejs"],
    versionArguments: ["--version"],
    scriptName: "runbook.mjs",
    helpers: {},
    // Half of it is left for buffers and code, which V8 does not count.
    arguments: ({ memoryBytes }) => [
      `--max-old-space-size=${Math.max(32, Math.floor(memoryBytes / 2 / MIB))}`,
      "runbook.mjs",
      CONTEXT_FILE,
    ],
    installAdvice: "Install Node.js for the whole system, for example: sudo apt-get install nodejs",
  },
  {
    kind: "Python",
    commands: ["python3"],
    versionArguments: ["--version"],
    scriptName: "runbook.py",
    helpers: {},
    // Unbuffered: what it prints is seen when it is printed.
    arguments: () => ["-u", "runbook.py", CONTEXT_FILE],
    installAdvice: "Install Python 3, for example: sudo apt-get install python3",
  },
  {
    kind: "PowerShell",
    commands: ["pwsh"],
    versionArguments: ["-NoLogo", "-NoProfile", "-Version"],
    scriptName: "runbook.ps1",
    helpers: { "start.ps1": POWERSHELL_START },
    arguments: () => ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", "start.ps1"],
    installAdvice:
      "Install PowerShell 7 (pwsh) for the whole system: https://learn.microsoft.com/powershell/scripting/install",
  },
];

export function languageOf(kind: RunbookKind): Language {
  const found = LANGUAGES.find((language) => language.kind === kind);
  if (!found) throw new Error(`no language ${kind}`);
  return found;
}
