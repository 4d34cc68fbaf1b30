import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';

/** A dialog of JupyterLab's, which gives the keyboard back to what had it. */
const DIALOG = '.jp-Dialog';

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
    const asked = document.activeElement?.closest(DIALOG) ?? null;
    if (!done.signal.aborted && node.isConnected && asked === null) {
      focusIn(node);
    }
    done.abort();
  });
}

/**
 * Keep the keyboard in a region for as long as somebody is there.
 *
 * A button that is disabled while it has the keyboard, or goes, would lose it to the page: the
 * region takes it, and gives it back to the button once that can be pressed again. Who is elsewhere
 * by then stays there.
 */
export function keepFocus(region: HTMLElement): IDisposable {
  /** What in it somebody used last, or all of it; null of somebody who is elsewhere. */
  let used: HTMLElement | null = null;

  function onFocus({ target }: Event): void {
    if (target === region) {
      used ??= region; // Also where it has the keyboard for something that lost it.
    } else if (!isAsked(target)) {
      used = isIn(target) ? target : null;
    }
  }

  function onPress({ target }: Event): void {
    if (isAsked(target)) {
      return; // Whatever they answer, they come back.
    }
    const again = used !== region && used?.contains(target as Node) === true;
    used = again ? used : isIn(target) ? region : null;
  }

  function mend(): void {
    const { activeElement, body } = document;
    if (used === null || document.querySelector(DIALOG) !== null) {
      return;
    }
    if (activeElement === null || activeElement === body || isLost(activeElement)) {
      hold(region);
    }
    if (document.activeElement === region && used.isConnected && !used.matches(':disabled')) {
      used.focus({ preventScroll: true });
    }
  }

  function isIn(target: EventTarget | null): target is HTMLElement {
    return target instanceof HTMLElement && region.contains(target);
  }

  /** A browser may leave the keyboard for a while at what nobody can use. */
  function isLost(active: Element): boolean {
    return region.contains(active) && active.matches(':disabled');
  }

  const observer = new MutationObserver(mend);
  const what = { childList: true, subtree: true, attributeFilter: ['disabled'] };
  observer.observe(region, what);
  observer.observe(document.body, { childList: true }); // Dialogs come and go there.
  document.addEventListener('focusin', onFocus, true);
  document.addEventListener('pointerdown', onPress, true);
  return new DisposableDelegate(() => {
    observer.disconnect();
    document.removeEventListener('focusin', onFocus, true);
    document.removeEventListener('pointerdown', onPress, true);
  });
}

/** Whether something is in a dialog. */
function isAsked(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(DIALOG) !== null;
}

function focusIn(node: HTMLElement): void {
  if (!node.contains(document.activeElement)) {
    hold(node);
  }
}

function hold(node: HTMLElement): void {
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}
