/** More than this many characters are dropped from the start, so that endless output cannot exhaust the page. */
const MOST_CHARACTERS = 400_000;

/**
 * The output pane. What scripts print is collected and shown once per frame: a script may print faster than a page can
 * draw.
 */
export class Output {
  readonly #pane: HTMLElement;
  #pending: { text: string; isError: boolean }[] = [];
  #scheduled = false;
  #length = 0;

  constructor(pane: HTMLElement) {
    this.#pane = pane;
  }

  print(text: string, isError: boolean): void {
    const last = this.#pending.at(-1);
    if (last?.isError === isError) last.text += text;
    else this.#pending.push({ text, isError });
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Frames stop while the page is hidden; output then comes with a timer.
    if (document.hidden) setTimeout(() => this.flush(), 250);
    else requestAnimationFrame(() => this.flush());
  }

  /** Shows at once what has been printed so far. */
  flush(): void {
    this.#scheduled = false;
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    const follow = this.#atEnd();
    for (const { text, isError } of pending) this.#append(text, isError ? "stderr" : "stdout");
    if (follow) this.#toEnd();
  }

  #append(text: string, kind: string): void {
    if (text.length > MOST_CHARACTERS) text = text.slice(-MOST_CHARACTERS);
    const last = this.#pane.lastElementChild;
    if (last?.className === kind && (last.textContent?.length ?? 0) < 20_000) {
      last.append(text);
    } else {
      const element = document.createElement("span");
      element.className = kind;
      element.append(text);
      this.#pane.append(element);
    }
    this.#length += text.length;
    while (this.#length > MOST_CHARACTERS && this.#pane.childElementCount > 1) {
      const first = this.#pane.firstElementChild;
      this.#length -= first?.textContent?.length ?? 0;
      first?.remove();
    }
  }

  /** A closing remark: the script's value, its failure, or a note of the page. */
  close(kind: "value" | "failure" | "note", ...content: (string | Node)[]): void {
    this.flush();
    const element = document.createElement("span");
    element.className = kind;
    element.append(...content);
    this.#pane.append(element);
    this.#toEnd();
  }

  clear(): void {
    this.#pending = [];
    this.#length = 0;
    this.#pane.replaceChildren();
  }

  #atEnd(): boolean {
    return this.#pane.scrollTop + this.#pane.clientHeight >= this.#pane.scrollHeight - 8;
  }

  #toEnd(): void {
    this.#pane.scrollTop = this.#pane.scrollHeight;
  }
}
