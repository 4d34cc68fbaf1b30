import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import type { Monitor } from './monitor';
import { isRecord, readPlace } from './place';
import type { Watch } from './watch';

const KEY = 'nbflow:panel';
/** Milliseconds that changes are gathered. */
const GATHERED = 300;

/** Brings back what the panel showed and which runs are watched; then keeps them. */
export async function remember(
  states: IStateDB,
  monitor: Monitor,
  watch: Watch,
  unknown: () => string
): Promise<void> {
  const kept: unknown = await states.fetch(KEY);
  if (isRecord(kept)) {
    monitor.go(readPlace(kept.place));
    watch.restore(kept.watched);
  } else {
    monitor.go({ project: unknown() });
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const value = { place: monitor.place, watched: watch.all };
      void states.save(KEY, value as unknown as ReadonlyPartialJSONValue);
    }, GATHERED);
  };
  monitor.moved.connect(keep);
  watch.changed.connect(keep);
}
