export const USAGE = `secondsite: a disaster-recovery portal with a real replication engine

  npx secondsite serve [--demo]
      Starts the portal, the region and every site of the home folder; Ctrl-C ends them all.
      --demo makes the Contoso estate when it is not there yet.

  npx secondsite site register --credentials FILE --site NAME|FOLDER [--server URL] [--json]
      Registers the host of a site in the vault that the credentials file names. The passphrase is asked for
      without echo, or read from standard input when that is a pipe; it is never an argument.
      --server URL   the vault's TLS endpoint, when it is not the one in the file
      --json         result and errors as one line of JSON

  npx secondsite site add FOLDER [--name NAME] [--json]
      Any folder of VHD or raw disk images becomes a site whose machines can be protected. The images are only
      read. A file machines.json in it may say more: {"name": {"generation": 2, "osType": "Linux", ...}}.

  npx secondsite site list [--json]
  npx secondsite site fail NAME        kills every process of the site; it stays dead until it is restored
  npx secondsite site restore NAME
  npx secondsite site remove NAME      forgets the site; the images of an added folder stay

The home folder is $SECONDSITE_HOME (default ./.secondsite); PORT and TLS_PORT say where the portal listens.

Exit codes: 0 done; 1 a defect; 2 the command line; 3 the credentials file; 4 the passphrase;
5 the vault or the supervisor does not answer; 6 refused for another reason. The reason is on standard error.
`;
