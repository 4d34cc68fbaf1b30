import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { editing } from './editing/plugin';
import { findings } from './findings/plugin';
import { panel } from './panel/plugin';
import { pipelines } from './pipeline/plugin';
import { schedule } from './schedule/plugin';
import { strips } from './strips/plugin';

export { ServerFailure } from './client/failure';
export { INbflow } from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  pipelines,
  strips,
  findings,
  editing,
  schedule,
  panel
];

export default plugins;
