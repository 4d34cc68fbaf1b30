// What JupyterLab's packages ask a browser for as they load, and jsdom lacks.
class NoDragEvent extends Event {}

class NoResizeObserver {
  observe(): void {
    // Nothing has a size there.
  }

  disconnect(): void {
    // Nothing is observed.
  }
}

if (typeof window !== 'undefined') {
  Element.prototype.scrollIntoView = () => undefined;
  Object.assign(window, {
    DragEvent: NoDragEvent,
    ResizeObserver: NoResizeObserver,
    requestIdleCallback: (work: () => void) => setTimeout(work, 0),
    matchMedia: (media: string) =>
      Object.assign(new EventTarget(), { media, matches: false, addListener: () => undefined })
  });
}
