/** Values of columns that answers and parameters name. */
export const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'] as const;
export const STATUSES = ['Unset', 'Ok', 'Error'] as const;
/** What others asked of a service. */
export const CALLEE_KINDS = ['Server', 'Consumer'] as const;
