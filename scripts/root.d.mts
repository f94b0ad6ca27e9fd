export const root: string;
export function isProgram(moduleUrl: string): boolean;
