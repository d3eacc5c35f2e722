/** Sizes of the vault format (docs/vault-format.md §1); they never change within a format version. */
export const BLOCK_BYTES = 65_536;
export const ID_BYTES = 32;
export const PAGE_CHILDREN = 1_024;
export const PAGE_BYTES = PAGE_CHILDREN * ID_BYTES;
