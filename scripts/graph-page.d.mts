/** Builds the page of graphs into a folder, which is emptied first. */
export function buildGraphPage(folder: string): Promise<void>;
