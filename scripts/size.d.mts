export interface Size {
  name: string;
  raw: number;
  gzip: number;
  budget: number;
}

export function measureSizes(): Promise<Size[]>;
export function sizeTable(sizes: readonly Size[]): string;
export function withTable(text: string, table: string): string;
