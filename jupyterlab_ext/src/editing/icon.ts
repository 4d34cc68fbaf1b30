import { LabIcon } from '@jupyterlab/ui-components';

/** A step with a pen. */
export const editIcon = new LabIcon({
  name: 'nbflow:edit-step',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3" fill="#616161">
    <path d="M3 5h11v2H5v10h6v2H3z"/>
    <path d="M13 19v-2.6l6.1-6.1 2.6 2.6-6.1 6.1zM19.9 9.5l.9-.9c.3-.3.8-.3 1.1 0l1.5 1.5c.3.3.3.8 0 1.1l-.9.9z"/>
    <path d="M7 9h5v2H7zm0 4h3v2H7z"/>
  </g>
</svg>`
});
