/** Which part a drawn video, or person of several, is of: one in eight is for testing, one in four for validation. */
export function drawnPart(video: number): "train" | "val" | "test" {
  if (video % 8 === 7) return "test";
  return video % 4 === 1 ? "val" : "train";
}

/** Names come in pairs such as `100` and `100-30-640x360`, as in the real set. */
export function drawnName(video: number): string {
  const number = 100 + Math.floor(video / 2);
  return video % 2 === 0 ? String(number) : `${number}-30-640x360`;
}
