import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import type { Monitor } from './monitor';
import { isRecord, readPlace } from './place';
import type { Projects } from './projects';
import type { Watch } from './watch';

const KEY = 'nbflow:panel';
/** Milliseconds that changes are gathered. */
const GATHERED = 300;

/** Brings back what the panel showed and which runs are watched; then keeps them. */
export async function remember(
  states: IStateDB,
  monitor: Monitor,
  watch: Watch,
  projects: Projects
): Promise<void> {
  const kept: unknown = await states.fetch(KEY);
  if (isRecord(kept)) {
    projects.restore(kept.projects);
    monitor.go(readPlace(kept.place));
    watch.restore(kept.watched);
  }
  projects.follow();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { seen, chosen } = projects;
      const value = { place: monitor.place, watched: watch.all, projects: { seen, chosen } };
      void states.save(KEY, value as unknown as ReadonlyPartialJSONValue);
    }, GATHERED);
  };
  monitor.moved.connect(keep);
  watch.changed.connect(keep);
}
