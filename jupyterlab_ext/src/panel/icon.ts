import { LabIcon } from '@jupyterlab/ui-components';

/** Three steps of a graph, of which one is done. */
export const runsIcon = new LabIcon({
  name: 'nbflow:runs',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M3 3h7v6H7.5v3H14v-1.500h7v6h-7V14H5.500V9H3zm2 2v2h3V5zm11 7.500v2h3v-2z"/>
    <path d="M10.300 22.200 6 17.900l1.400-1.400 2.900 2.900 1.600-1.600 1.400 1.400z"/>
  </g>
</svg>`
});
