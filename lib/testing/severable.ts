/**
 * A process that can be killed between any two effects: everything it may touch is reached through `wrap`, and from the
 * `killAt`-th call on nothing happens any more and no promise of it ever settles, as for a process that is gone. Odd
 * kill points fall before the effect of the call, even ones after it and before its caller hears of it.
 */
export class Severable {
  calls = 0;
  private severed = false;
  private onKill: () => void = () => {};
  readonly killed = new Promise<void>((resolve) => {
    this.onKill = resolve;
  });

  constructor(private readonly killAt: number = Infinity) {}

  /** Methods named in `synchronous` only look at memory; they pass. Objects inside are wrapped too. */
  wrap<T extends object>(target: T, synchronous: readonly string[] = []): T {
    return new Proxy(target, {
      get: (object, key) => {
        const value: unknown = Reflect.get(object, key);
        if (typeof value === "object" && value !== null) return this.wrap(value, synchronous);
        if (typeof value !== "function" || synchronous.includes(String(key))) return bound(value, object);
        return (...args: unknown[]) => this.call(() => Reflect.apply(value, object, args) as unknown);
      },
    });
  }

  kill(): void {
    this.severed = true;
    this.onKill();
  }

  private async call(effect: () => unknown): Promise<unknown> {
    this.calls += 2;
    if (this.calls - 1 >= this.killAt) this.kill();
    if (this.severed) return new Promise(() => {});
    const result = await effect();
    if (this.calls >= this.killAt) this.kill();
    if (this.severed) return new Promise(() => {});
    return result;
  }
}

function bound(value: unknown, object: object): unknown {
  return typeof value === "function" ? (value.bind(object) as unknown) : value;
}
