/** What a person does, as against what JupyterLab does by itself. */
const DEEDS = ['keydown', 'pointerdown'] as const;

/**
 * Bring the keyboard to a widget that is activated, where it is not in it yet.
 *
 * JupyterLab's palette of commands gives it back to what is in front, somewhat later: the widget
 * takes it once more then, unless somebody did something meanwhile, or is asked something.
 */
export function takeFocus(node: HTMLElement): void {
  focusIn(node);
  const done = new AbortController();
  for (const type of DEEDS) {
    const options = { capture: true, signal: done.signal };
    document.addEventListener(type, () => done.abort(), options);
  }
  setTimeout(() => {
    const asked = document.activeElement?.closest('.jp-Dialog') ?? null;
    if (!done.signal.aborted && node.isConnected && asked === null) {
      focusIn(node);
    }
    done.abort();
  });
}

function focusIn(node: HTMLElement): void {
  if (!node.contains(document.activeElement)) {
    node.tabIndex = -1;
    node.focus({ preventScroll: true });
  }
}
