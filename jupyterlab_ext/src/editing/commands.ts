/** The commands; other extensions may run them. They are about the active cell. */
export const COMMANDS = {
  edit: 'nbflow:edit-step',
  rename: 'nbflow:rename-step'
} as const;
