const SERIAL_KEEP_CHARACTERS = 64 * 1024;
const CONSOLE_INTERVAL_MS = 100;

/**
 * What a running machine says, that it changes, and that it fails: who hears of it, on whichever hypervisor. Silent from the
 * moment at which the machine ends.
 */
export class MachineConsole {
  #serial = "";
  #revision = 0;
  #ended = false;
  #failure: string | null = null;
  #notifyTimer: NodeJS.Timeout | null = null;
  readonly #beforeTelling: () => void;
  readonly #consoleListeners = new Set<() => void>();
  readonly #serialListeners = new Set<(text: string) => void>();
  readonly #failureListeners: ((reason: string) => void)[] = [];

  /** `beforeTelling`: called before listeners are told of a change, for what was gathered until then. */
  constructor(beforeTelling: () => void = () => undefined) {
    this.#beforeTelling = beforeTelling;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** The last of it: at least 64 KiB, once there was so much. */
  get serial(): string {
    return this.#serial;
  }

  get revision(): number {
    return this.#revision;
  }

  get failure(): string | null {
    return this.#failure;
  }

  onConsole(listener: () => void): () => void {
    this.#consoleListeners.add(listener);
    return () => this.#consoleListeners.delete(listener);
  }

  onSerial(listener: (text: string) => void): () => void {
    this.#serialListeners.add(listener);
    return () => this.#serialListeners.delete(listener);
  }

  /** Told at once when it has failed already. */
  onFailure(listener: (reason: string) => void): void {
    if (this.#failure === null) this.#failureListeners.push(listener);
    else listener(this.#failure);
  }

  say(text: string): void {
    this.#serial += text;
    if (this.#serial.length > SERIAL_KEEP_CHARACTERS * 1.5) this.#serial = this.#serial.slice(-SERIAL_KEEP_CHARACTERS);
    for (const listener of this.#serialListeners) listener(text);
  }

  /** Listeners are told ten times a second at most. */
  changed(): void {
    if (this.#ended) return;
    this.#revision += 1;
    if (this.#notifyTimer !== null) return;
    this.#notifyTimer = setTimeout(() => {
      this.#notifyTimer = null;
      this.#beforeTelling();
      this.#tell();
    }, CONSOLE_INTERVAL_MS);
    this.#notifyTimer.unref();
  }

  /** Once. `failure`: why, when nobody asked for it. */
  end(failure: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#revision += 1;
    if (this.#notifyTimer !== null) clearTimeout(this.#notifyTimer);
    this.#notifyTimer = null;
    this.#tell();
    if (failure !== null) for (const listener of this.#failureListeners.splice(0)) listener(failure);
  }

  #tell(): void {
    for (const listener of this.#consoleListeners) listener();
  }
}
