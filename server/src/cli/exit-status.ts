/** Exit statuses of every command. */
export const exitStatus = { fine: 0, findings: 1, wrong: 2 } as const;
