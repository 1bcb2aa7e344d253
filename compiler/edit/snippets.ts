/** A piece of text with places to fill in: `$1` and on, `${1:word}`, `$0` where the cursor ends. */
export interface Snippet {
  readonly prefix: string;
  readonly text: string;
  readonly doc: string;
}

/** Declarations, ready to be filled in. Those of VS Code are generated from these. */
export const snippets: readonly Snippet[] = [
  { prefix: "use", text: 'use "std/${1:aff2}.abaw"', doc: "Brings the names of another file." },
  {
    prefix: "task",
    text: "task ${1:tired} = ${2:scalar(0 .. 10)}",
    doc: "A task: units(..), classes(..) or scalar(..).",
  },
  {
    prefix: "data",
    text: `data \${1:survey} {
  format: csv("\${2:ratings.csv}")
  root:   "\${3:data}"
  fields: {image: images("\${4:photos}", size: \${5:112}, column: "\${6:file}")}
  labels: {\${7:tired}: column("\${8:rating}")}
  split:  random_split(0.8, seed: 0)
}`,
    doc: "Data in a table with one row for each picture.",
  },
  {
    prefix: "aff2",
    text: 'use "std/aff2.abaw"\n\n${1:faces} = aff2(${2:112}) with {root: "${3:data/s-Aff-Wild2}"}',
    doc: "The data of s-Aff-Wild2 in a folder.",
  },
  {
    prefix: "encoder",
    text: 'use "std/vit.abaw"\n\nencoder ${1:face} = vit(depth: ${2:12}, dim: ${3:768}, heads: ${4:12}, patch: 16)',
    doc: "A network with weights of its own, shared by all models that use it.",
  },
  {
    prefix: "module",
    text: "module ${1:block}(${2:hidden: int}) (${3:x: [.., d]}) -> [.., d] {\n  return x -> linear(${4:hidden}) -> relu -> linear(d)\n}",
    doc: "A network to be used in others: parameters, inputs with their axes, what it returns.",
  },
  {
    prefix: "model",
    text: "model ${1:system}(${2:tasks: [task] = [au]}) (${3:image}) {\n  x = mean(${3:image}, over: [h, w])\n  head t = x -> linear for t in tasks\n}",
    doc: "What a stage trains: fields of the data in, a head for each task out.",
  },
  {
    prefix: "loss",
    text: "loss ${1:squared}(${2:scale: float = 1}) (z: [.., k], y: [.., k]) -> [.., k] {\n  return scale * (z - y) ^ 2\n}",
    doc: "A loss of your own, entry by entry; missing labels are left out.",
  },
  {
    prefix: "stage",
    text: `stage \${1:first} = train \${2:system}() on \${3:aff2(112)} {
  optimizer: adamw(cosine(\${4:1e-4}, warmup: 1 epoch), weight_decay: 0.05)
  batch: \${5:32}, duration: \${6:30 epochs}
}`,
    doc: "One training: a model, data, and how.",
  },
  {
    prefix: "sweep",
    text: "sweep ${1:rates} = ${2:first} {\n  over: {seed: [${3:0, 1, 2}]}\n}",
    doc: "A stage for every combination of axes.",
  },
  {
    prefix: "assemble",
    text: "assemble ${1:final} on ${2:aff2(112)} {\n  ${3:au}: ${4:first}\n}",
    doc: "The stream that answers for each task.",
  },
  { prefix: "export", text: "export ${1:final} { opset: 17 }", doc: "Writes ONNX." },
  {
    prefix: "submit",
    text: 'submit ${1:final} { list: ${2:aff2(112)}.test, to: "${3:predictions.txt}", missing: nearest }',
    doc: "Writes a challenge's file of predictions.",
  },
  {
    prefix: "profile",
    text: "profile ${1:toy} {\n  data:  synthetic(videos: 8, frames: 60)\n  stage: {batch: 8, duration: 20 steps}\n}",
    doc: "Settings for a trial: `--profile toy`.",
  },
];
