/** Every tolerance that tests compare numbers by, relative to the largest number expected unless it says otherwise. */
export const tolerances = {
  /** Rounding of float32 outputs, 6e-8, over the step of 2^-9: 6e-4 measured at worst, over hundreds of slopes. */
  finiteDifferences: 2e-3,
  /** Sums of some dozen float32 products, and onnxruntime's own tanh and sigmoid, against float64: 2e-7 measured. */
  referenceValues: 3e-6,
  /** As the values, with a second pass of rounding: 4e-7 measured. */
  referenceGradients: 3e-6,
  /** Modules of some dozen float32 ops against float64: 2e-7 measured. */
  modules: 3e-6,
  /** Gradients of a sum of squares through them, relative to 1 at least, since keys' shifts have none: 7e-7 measured. */
  moduleGradients: 6e-6,
  /** A few dozen float32 ops in a row, some of which magnify rounding, relative to 1 at least: onnxruntime's sigmoid is right to 1e-8, not to so many digits. */
  randomGraphs: 1e-4,
  /** Features of small encoders in float32 against float64. */
  encoderFeatures: 1e-4,
  /** And gradients, relative to each tensor's norm. */
  encoderGradients: 1e-3,
  /** Losses and weights of the joint model over 20 steps of float32 against float64. */
  jointModel: 1e-4,
  /** 20 steps of the joint model on two engines, or on one process and on two with the same batch: losses 2e-7, weights 4e-6 measured. */
  ranks: 1e-5,
  /** Mean losses of two epochs of float32 on the same images, in two engines, each relative to itself. */
  packed: 1e-4,
  /** A loss of a few rows and its gradient, relative to 1e-3 at least: 1 − tanh² near saturation is float32's rounding, 3e-5 measured. */
  losses: 5e-5,
  /** Divergences from float32 probabilities of logits to 20: near 1, what is left is known to 6e-8 and its logarithm to some percent. */
  storedProbabilities: 0.02,
  /** Five steps of float32, whose square roots and quotients round, against float64. */
  optimiserSteps: 1e-5,
  /** Ten steps of a small model in float32 against float64, with what is solved and learned on the way. */
  balance: 1e-4,
  /** Adam's first step over its rate is |g| / (|g| + 1e-8), and float32 rounds a weight near 0.1 to 7e-9. */
  firstStep: 1e-3,
  /** Four steps of float32 with sums in another order, three parts and then their mean: 4e-7 measured. */
  passes: 1e-5,
  /** Losses of four steps whose products have 8 bits, 4e-3 each: 2e-3 measured. */
  bfloat16: 2e-2,
  /** Parts of some thousand draws, absolute: four deviations of 20,000, √(p q / n), and of 3,000 two. */
  drawnShares: 0.017,
  /** Densities in double precision, each relative to itself: Optuna takes logarithms of them, 1e-11 measured. */
  density: 1e-9,
  /** Scores are sums of whole numbers in double precision; predictions are float32. */
  scores: 1e-6,
  /** Figures that are printed with four digits, absolute: half a unit of the last, and rounding. */
  printed: 5.0001e-5,
  /** An exported file and the runtime, both in onnxruntime, absolute: 2e-7 measured. */
  exports: 1e-5,
  /** Scores that a page shows of 90 rows after some hundred steps, absolute: equal on one machine; another order of sums grows to what another seed moves, 0.1. */
  shownScores: 0.1,
  /** Bytes made with float32, before they are rounded, absolute: 3e-5 measured. */
  sampling: 1e-3,
  /** Bytes of torchvision, which rounds lightness down and then the result, absolute: 2 measured. */
  augmentedBytes: 2,
  /** Bytes that PyTorch and the runtime round apart, absolute, and which share of a picture's they may be: 1 and 8e-4 measured, that is one of 1200. */
  packedBytes: 1,
  packedOtherBytes: 0.005,
  /** Quantiles of the normal distribution in double precision, absolute: 2e-15 measured. */
  quantiles: 1e-13,
  /** Features and running statistics of whole encoders in float32 against float64. */
  encoderValues: 1e-4,
  /** Another engine's values beside the default one's: both round float32 in another order. */
  engineValues: 1e-5,
  /** The same of gradients, which pass twice as many ops. */
  engineGradients: 1e-4,
  /** Losses, weights and moments of 50 steps on another engine. */
  engineSteps: 1e-3,
  /** Positions interpolated in float64, beside PyTorch's in float32, absolute: numbers of about 3, 4e-7 measured. */
  positions: 2e-6,
} as const;
