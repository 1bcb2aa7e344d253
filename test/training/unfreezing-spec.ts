export const rate = 1e-3;

/** An encoder with running statistics and random drops, and a head; judged after every step. */
export const unfreezing = (params: string) => `
use "std/aff2.abaw"

faces = aff2(32) with {root: "data/none"}

module tiny(out: int) (image: [.., c, h, w]) -> [.., d: out] {
  low = image -> conv(8, kernel: 3, stride: 4, bias: false) -> batch_norm(axis: c) -> relu
  return low -> view([.., d: 8 * (h / 4) * (w / 4)]) -> dropout(0.2) -> linear(out)
}

encoder face = tiny(8)

model system() (image) {
  y = image -> face
  head au = y -> linear
}

stage measured = train system() on faces {
  loss:      {au: bce(au)}
  params:    {${params}}
  optimizer: adam(${rate})
  batch: 8, duration: 6 steps, seed: 3, ema: 0.9
  evaluate:  {every: 1 steps}
}
`;

export const forATime = "face: frozen(until: 4 steps)";
