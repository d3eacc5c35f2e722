import { goneRefusal, nameTakenRefusal } from "@/lib/operations/ports/repository-refusals";

const copy = <T>(value: T): T => structuredClone(value);
const copyOrNull = <T>(value: T | undefined): T | null => (value === undefined ? null : copy(value));

/** Rows of one kind in memory: what goes in and what comes out are copies. */
export class Table<T extends { readonly id: string }> {
  readonly rows = new Map<string, T>();

  /** `uniqueKeys` of a row: no other row of this table may have any of them. */
  constructor(
    private readonly kind: string,
    private readonly uniqueKeys: (row: T) => string[],
  ) {}

  insert(row: T, name: string): void {
    const keys = new Set(this.uniqueKeys(row));
    for (const other of this.rows.values()) {
      if (this.uniqueKeys(other).some((key) => keys.has(key))) throw nameTakenRefusal(this.kind, name);
    }
    if (this.rows.has(row.id)) throw nameTakenRefusal(this.kind, name);
    this.rows.set(row.id, copy(row));
  }

  get(id: string): T | null {
    return copyOrNull(this.rows.get(id));
  }

  first(matches: (row: T) => boolean): T | null {
    return copyOrNull([...this.rows.values()].find(matches));
  }

  all(matches: (row: T) => boolean): T[] {
    return [...this.rows.values()].filter(matches).map(copy);
  }

  update(id: string, changes: Partial<T>): T {
    const row = this.rows.get(id);
    if (!row) throw goneRefusal(this.kind, id);
    const changed = { ...row, ...withoutUndefined(copy(changes)) };
    this.rows.set(id, changed);
    return copy(changed);
  }

  delete(id: string): void {
    this.rows.delete(id);
  }

  deleteWhere(matches: (row: T) => boolean): T[] {
    const gone = [...this.rows.values()].filter(matches);
    for (const row of gone) this.rows.delete(row.id);
    return gone;
  }
}

function withoutUndefined<T extends object>(changes: T): T {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as T;
}
