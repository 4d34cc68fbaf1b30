// What JupyterLab's packages ask a browser for as they load, and jsdom lacks.
class NoDragEvent extends Event {}

if (typeof window !== 'undefined') {
  Object.assign(window, {
    DragEvent: NoDragEvent,
    requestIdleCallback: (work: () => void) => setTimeout(work, 0),
    matchMedia: (media: string) =>
      Object.assign(new EventTarget(), { media, matches: false, addListener: () => undefined })
  });
}
