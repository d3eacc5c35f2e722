/** In a file of its own: the help of all commands is shown without loading any. */
export const PLAN_USAGE = `  npx secondsite plan export PLAN --vault VAULT [--out FILE]
      Writes a recovery plan as YAML, with names instead of ids.

  npx secondsite plan diff FILE --vault VAULT
      Says what applying the document would change: exit code 0 nothing, 2 something.

  npx secondsite plan apply FILE --vault VAULT
      Makes the plan what the document says. Applied again it changes nothing.

  Every plan command: --portal URL (default http://127.0.0.1:$PORT), --resource-group NAME and --subscription ID, when
  they are not the portal's own; --json for programs. The schema is at /recovery-plan.schema.json.
`;
