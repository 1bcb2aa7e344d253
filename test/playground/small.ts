/** A spec that is right: one stage of some layers. */
export const small = `use "std/aff2.abaw"

model m() (image) {
  x = image -> conv(8, kernel: 3, stride: 2) -> relu
  head au = x -> mean(over: [h, w]) -> linear
}

stage first = train m() on aff2(32) {
  loss:     {au: bce(au)}
  duration: 1 epochs
}
`;
