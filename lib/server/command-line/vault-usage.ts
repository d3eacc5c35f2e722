/** In a file of its own: the help of all commands is shown without loading any. */
export const VAULT_USAGE = `  npx secondsite vault create FOLDER
      Makes a vault of one's own in a folder. It is the same format that the portal's vaults have.

  npx secondsite vault replicate FOLDER IMAGE... [--machine NAME] [--write-log FILE]...
      Replicates the images of one machine, which nobody may write meanwhile, and makes a recovery point.
      Unchanged blocks cost nothing. --write-log: reads only the blocks that a write log names.

  npx secondsite vault points FOLDER [--machine NAME]
  npx secondsite vault restore FOLDER TARGET --machine NAME [--point BEGINNING] [--disk NAME] [--replace]
      Writes one disk as a fixed VHD, syncs it, reads it back and compares it with the recovery point.

  npx secondsite vault check FOLDER [--read-data]
      Looks for damage and changes nothing: every point opens, every block has its place; with --read-data
      everything is read, decrypted and hashed. Damage is located to machine, point, disk and bytes (exit code 7).

  npx secondsite vault stats FOLDER
      Counts where the bytes are, per machine too: logical, deduplicated, compressed, stored, reclaimable.

  npx secondsite vault forget FOLDER --machine NAME (--point BEGINNING | --keep N)
  npx secondsite vault compact FOLDER
      forget deletes one recovery point, or all but the newest N. compact writes what is needed more compactly and
      deletes what is needed no more: announced by one run, deleted by a run an hour later or more. Packs younger
      than an hour are not rewritten, those younger than a day not deleted. One at a time, and not beside a portal
      that uses the vault.

  Every vault command: --passphrase-file FILE, else the passphrase is asked for; --json for programs.
`;
