import { LabIcon } from '@jupyterlab/ui-components';

/** A calendar's page with a clock. */
export const scheduleIcon = new LabIcon({
  name: 'nbflow:schedule',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M19 4h-1V2h-2v2H8V2H6v2H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h5.7a8 8 0 0 1-1.3-2H5V10h14v.6a8 8 0 0 1 2 1.1V6a2 2 0 0 0-2-2zm0 4H5V6h14z"/>
    <path d="M17 12a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm0 10.3a4.3 4.3 0 1 1 0-8.6 4.3 4.3 0 0 1 0 8.6zm.7-7h-1.5v3.3l2.3 1.4.8-1.2-1.6-1z"/>
  </g>
</svg>`
});
