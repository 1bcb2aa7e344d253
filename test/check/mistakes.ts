/** One mistake each in right.abaw, and everything that is said about it: `code line:column message (help)`. */
export const mistakes: readonly { readonly was: string; readonly is: string; readonly found: readonly string[] }[] = [
  {
    was: 'use "std/nn.abaw"\n',
    is: "",
    found: [
      'unknown-name 14:63 there is no module or function named `fusion` (it is in the library: use "std/nn.abaw")',
    ],
  },
  {
    was: 'use "std/time.abaw"',
    is: 'use "std/tine.abaw"',
    found: [
      'cannot-read-file 3:5 cannot use "std/tine.abaw": there is no file std/tine.abaw',
      'unknown-name 16:29 there is no module or function named `temporal_convergence` (it is in the library: use "std/time.abaw")',
    ],
  },
  {
    was: "-> face\n",
    is: "-> fase\n",
    found: ["unknown-name 14:16 there is no module or function named `fase` (did you mean `face`?)"],
  },
  {
    was: "fusion(drop: 0.1)",
    is: "fusion(dorp: 0.1)",
    found: ["unknown-argument 15:76 `fusion` has no argument `dorp` (did you mean `drop`?)"],
  },
  {
    was: "fusion(drop: 0.1)",
    is: 'fusion(drop: "much")',
    found: ['wrong-type 15:76 `drop` of `fusion` must be a number, not "much"'],
  },
  {
    was: "fusion(drop: 0.1)",
    is: "fusion(drop: 1.5)",
    found: ["out-of-range 5:40 a rate of dropping must be from 0 to below 1, not 1.5"],
  },
  {
    was: "temporal_convergence(hidden: 16)",
    is: "temporal_convergence()",
    found: ["missing-argument 16:29 `temporal_convergence` needs `hidden` (a whole number)"],
  },
  {
    was: "temporal_convergence(hidden: 16)",
    is: "temporal_convergence(hidden: 16.5)",
    found: ["wrong-type 16:58 `hidden` of `temporal_convergence` must be a whole number, not 16.5"],
  },
  {
    was: "clip:      clip(4, hop: 4)\n",
    is: "",
    found: [
      "needs-clip 16:29 `temporal_convergence` needs the axis `time`, and the stage has no clip (give the stage a `clip:`)",
    ],
  },
  {
    was: "tiny(24)",
    is: "tiny(-3)",
    found: ["out-of-range 8:100 `out` must be at least 1, not -3"],
  },
  {
    was: "8 * (h / 4) * (w / 4)",
    is: "9 * (h / 4) * (w / 4)",
    found: [
      "shape-mismatch 8:60 `view`: [time: time, c: 8, h: 8, w: 8] does not fit [.., d: 576] (one has 512*time entries, the other 576)",
    ],
  },
  {
    was: "stride: 4",
    is: "stride: 5",
    found: [
      "shape-mismatch 8:60 `view`: [time: time, c: 8, h: 7, w: 7] does not fit [.., d: 512] (one has 392*time entries, the other 512)",
    ],
  },
  {
    was: "linear for t in tasks",
    is: "linear for t in task",
    found: ["unknown-name 17:33 there is no thing named `task` (did you mean `tasks`?)"],
  },
  {
    was: "bce(au, pos_weight: balanced)",
    is: "bce(expr, pos_weight: balanced)",
    found: ["loss-against-task 20:18 `bce` does not go with `expr` (classes): it takes units"],
  },
  {
    was: "ce(expr)",
    is: "ce(expression)",
    found: ["unknown-name 20:58 there is no thing named `expression`"],
  },
  {
    was: "ccc(valence)",
    is: "ccc(au)",
    found: ["loss-against-task 20:74 `ccc` does not go with `au` (units): it takes scalar"],
  },
  {
    was: "expr: ce(expr), ",
    is: "",
    found: [
      "no-member 23:31 this map has no `expr` (it has `au`, `valence`, `arousal`)",
      "no-member 31:34 this map has no `expr` (it has `au`, `valence`, `arousal`)",
    ],
  },
  {
    was: "optimizer: adamw(cosine(1e-3, warmup: 1 epoch))",
    is: "optimiser: adamw(cosine(1e-3, warmup: 1 epoch))",
    found: ["unknown-key 24:3 a stage has no key `optimiser` (did you mean `optimizer`?)"],
  },
  {
    was: "adamw(cosine(1e-3, warmup: 1 epoch))",
    is: "adamw(cosine(1e-3, warmup: 1 epochs), decay: 3)",
    found: ["unknown-argument 24:59 `adamw` has no argument `decay` (it takes `lr`, `weight_decay`, `betas`, `eps`)"],
  },
  {
    was: "duration: 2 epochs, keep",
    is: "duration: 2 eopchs, keep",
    found: ["unknown-key 25:25 a stage has no key `eopchs`", "unexpected-text 25:31 expected `:`, found `,`"],
  },
  {
    was: "duration: 2 epochs, keep",
    is: "duration: 2, keep",
    found: ["wrong-type 25:23 `duration` must be a duration, such as 30 epochs or 200 steps, not 2"],
  },
  {
    was: "duration: 2 epochs, keep",
    is: "duration: -2 epochs, keep",
    found: ["cannot-combine 25:23  - 2 epochs has no meaning"],
  },
  {
    was: "keep: best(score(goal))",
    is: "keep: best(score(arousal))",
    found: ["no-head 25:39 the model has no head for `arousal`"],
  },
  {
    was: "batch: 8,",
    is: "batch: 0,",
    found: ["out-of-range 25:10 `batch` must be at least 1, not 0"],
  },
  {
    was: "clip(4, hop: 4)",
    is: "clip(4, hop: 9)",
    found: ["hop-over-length 29:14 the hop of 9 is greater than the clip's length of 4: rows would be left out"],
  },
  {
    was: "alone(expr).face",
    is: "alone(expr).fase",
    found: [
      "init-mismatch 30:15 `face.conv.weight` cannot start from `fase.conv.weight` of alone(expr): it has no such weight, only `face.conv.weight`",
    ],
  },
  {
    was: "init:      {face:",
    is: "init:      {fase:",
    found: [
      "pattern-matches-nothing 30:15 `fase` names no parameter of this stage (weights begin with `face`, `m`, `y`, `au`, `expr`, `valence`)",
    ],
  },
  {
    was: "params:    {face:",
    is: "params:    {fase:",
    found: [
      "pattern-matches-nothing 33:15 `fase` names no parameter of this stage (weights begin with `face`, `m`, `y`, `au`, `expr`, `valence`)",
    ],
  },
  {
    was: "0.5 * criterion[t] for t in tasks",
    is: "0.5 * criterion[t] for t in [au, arousal]",
    found: ["no-head 20:97 the model has no head for `arousal` (it has `au`, `expr`, `valence`)"],
  },
  {
    was: "[alone(au), alone(valence)])",
    is: "[alone(au), alone(au2)])",
    found: ["unknown-name 37:57 there is no thing named `au2` (did you mean `au`?)"],
  },
  {
    was: "[alone(au), alone(valence)])",
    is: "[alone(au), 3])",
    found: ["wrong-type 37:39 each of `from` of `joint` must be a stage, not 3"],
  },
  {
    was: "[alone(au), alone(valence)])",
    is: "[alone(au), together])",
    found: ["cycle 37:1 `together` depends on itself: its value needs it"],
  },
  {
    was: "alone(au)\n",
    is: "alone(expr)\n",
    found: ["no-head 40:12 the model has no head for `au`"],
  },
  {
    was: "together.valence ->",
    is: "together.arousal ->",
    found: ["no-head 41:12 the model has no head for `arousal`"],
  },
  {
    was: "gaussian(sigma: 2 frames)",
    is: "gaussian(sigma: 2)",
    found: ["wrong-type 41:48 `sigma` of `gaussian` must be a span, such as 5 frames or 10 rows, not 2"],
  },
  {
    was: "  au:      alone(au)",
    is: "  age:      alone(au)",
    found: [
      'task-not-in-data 40:3 aff2(32) with {root: "data/none"} has no labels for `age` (it labels au, expr, valence, arousal)',
    ],
  },
  {
    was: "opset: 17",
    is: "opset: 3",
    found: ["out-of-range 44:23 `opset` must be from 17 to 21, not 3"],
  },
  {
    was: "export final",
    is: "export finale",
    found: ["unknown-name 44:8 there is no thing named `finale` (did you mean `final`?)"],
  },
  {
    was: "aff2(32)",
    is: 'aff2("32")',
    found: ['wrong-type 5:14 `size` of `aff2` must be a whole number, not "32"'],
  },
  {
    was: "stage joint(",
    is: "stage alone(",
    found: [
      "duplicate-name 28:7 `alone` is defined twice",
      "unknown-name 37:12 there is no module or function named `joint`",
    ],
  },
  {
    was: "x = image -> face",
    is: "image = image -> face",
    found: ["unknown-name 15:26 there is no thing named `x`", "unknown-name 15:33 there is no thing named `x`"],
  },
  {
    was: "tasks: [task], from: [stage]) =",
    is: "tasks: [tasc], from: [stage]) =",
    found: ["wrong-type 37:18 each of `tasks` of `joint` must be `tasc`, not the task `au`"],
  },
  {
    was: '{root: "data/none"}',
    is: '{rooot: "data/none"}',
    found: ["override-target 5:24 `rooot` names nothing that the data `aff2` has (did you mean `root`?)"],
  },
  {
    was: "sum(s.x for s in from)",
    is: "sum(s.z for s in from)",
    found: ["no-member 15:43 alone(au) has no `z`"],
  },
  {
    was: "temporal: true)",
    is: "temporal: true, extra: 1)",
    found: ["unknown-argument 28:94 `system` has no argument `extra` (it takes `tasks`, `from`, `temporal`)"],
  },
  {
    was: "temporal: true)",
    is: "temporl: true)",
    found: ["unknown-argument 28:80 `system` has no argument `temporl` (did you mean `temporal`?)"],
  },
  {
    was: "hop: 4)",
    is: "hop: 4, by: seconds)",
    found: ["unknown-name 29:34 there is no thing named `seconds`"],
  },
  {
    was: "face: {lr: 1e-4}",
    is: "face: {lr: 1e-4, frozn: true}",
    found: ["unknown-key 33:32 a pattern has no key `frozn` (it has `lr`, `lr_scale` and `weight_decay`)"],
  },
  {
    was: "adamw(1e-3)",
    is: "adamw(1e-3) + 1",
    found: ["cannot-combine 32:14 adamw(..) + 1 has no meaning"],
  },
  {
    was: "joint([au, expr, valence], [",
    is: "joint([au, expr, valence, au], [",
    found: ["duplicate-head 17:8 `au` has two heads"],
  },
  {
    was: "on faces {\n  clip",
    is: "on face {\n  clip",
    found: ["wrong-type 28:90 what a stage is trained on must be data, not the layer `face`"],
  },
  {
    was: "batch: 4, duration: 2 epochs",
    is: "batch: 0.5, duration: 2 epochs",
    found: ["wrong-type 34:10 `batch` must be a whole number, not 0.5"],
  },
  {
    was: "0.5 * criterion[t]",
    is: "0.5 + criterion[t]",
    found: ["cannot-combine 31:18 0.5 + bce(..) has no meaning"],
  },
  {
    was: "linear for t in tasks",
    is: "linear(3) for t in tasks",
    found: ["head-width 17:12 the head of `au` must be [12] wide, not [d: 3]"],
  },
  {
    was: "hidden: 16",
    is: "hidden: 16, hidden: 8",
    found: ["duplicate-argument 16:62 `hidden` is given twice"],
  },
  {
    was: "encoder face = tiny(24)",
    is: "encoder face = tiny",
    found: ["missing-argument 14:16 `tiny` needs `out` (a whole number)"],
  },
  {
    was: "encoder face = tiny(24)",
    is: "encoder face = 24",
    found: ["wrong-type 11:16 the encoder `face` must be a module, such as vit(..), not number"],
  },
  {
    was: "assemble final on faces",
    is: "assemble final on criterion",
    found: ["wrong-type 39:19 what an assembly is on must be data, not a map"],
  },
  {
    was: "together.valence -> gaussian(sigma: 2 frames)",
    is: "together.valence -> threshold(0.5)",
    found: ["wrong-type 41:32 what `threshold` cuts must be a stream of units, not `valence`"],
  },
  {
    was: "conv(8, kernel: 3, stride: 4)",
    is: "conv(8, kernel: 3, stride: 0)",
    found: ["out-of-range 8:19 `stride` must be at least 1, not 0"],
  },
  {
    was: "if from == [] then x",
    is: "if from then x",
    found: ["wrong-type 15:10 a condition must be true or false, not a list"],
  },
  {
    was: "-> relu ->",
    is: "-> rellu ->",
    found: ["unknown-name 8:52 there is no module or function named `rellu` (did you mean `relu`?)"],
  },
  {
    was: "bce(au, pos_weight: balanced)",
    is: "bce(au, pos_weight: balance)",
    found: ["unknown-name 20:38 there is no thing named `balance` (did you mean `valence`?)"],
  },
  {
    was: "model system(",
    is: "model system2(",
    found: [
      "unknown-name 22:33 there is no module or function named `system` (did you mean `system2`?)",
      "unknown-name 28:51 there is no module or function named `system` (did you mean `system2`?)",
    ],
  },
  {
    was: "keep: best(score(goal))",
    is: "keep: bets(score(goal))",
    found: ["unknown-name 25:39 there is no module or function named `bets` (did you mean `best`?)"],
  },
  {
    was: "on faces {\n  loss",
    is: "on faces {\n  batch: 4, loss",
    found: ["duplicate-key 25:3 `batch` is set twice"],
  },
];
