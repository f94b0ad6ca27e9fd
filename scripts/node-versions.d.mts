export function fetchNode(major: 20 | 22 | 24): Promise<string>;
