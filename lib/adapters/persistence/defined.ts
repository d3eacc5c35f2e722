type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the properties that are undefined: nothing is written where nothing was given. */
export function defined<T extends object>(changes: T): Partial<Defined<T>> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<Defined<T>>;
}
