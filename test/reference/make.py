"""Asks PyTorch for the values and gradients of every op, and writes them to ops.json beside this file.

    npx tsx scripts/write-op-samples.ts | python test/reference/make.py

Every op has a formula below, or a reason in WITHOUT_FORMULA why PyTorch cannot be asked. All is computed in float64.
"""

import json
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F

TORCH_DTYPES = {
    "float32": torch.float64,
    "int32": torch.int32,
    "int64": torch.int64,
    "uint8": torch.uint8,
    "bool": torch.bool,
}

WITHOUT_FORMULA = {
    "dropout": "its mask is ours to draw; test/compiler/ops/dropout.test.ts checks it",
    "random_uniform": "its numbers are ours to draw; test/compiler/ops/random-uniform.test.ts checks them",
    "lstm_gradient": "a part of the gradient of lstm, which is asked for",
    "gru_gradient": "a part of the gradient of gru, which is asked for",
}


def pads_for_torch(pads):
    """ONNX lists all beginnings, then all ends; F.pad takes pairs from the last axis on."""
    spatial = len(pads) // 2
    return [pad for axis in reversed(range(spatial)) for pad in (pads[axis], pads[axis + spatial])]


def symmetric(pads):
    spatial = len(pads) // 2
    assert pads[:spatial] == pads[spatial:]
    return pads[:spatial]


def across(x, axis, vector):
    return vector.reshape([-1 if i == axis else 1 for i in range(x.dim())])


def batch_norm(settings, x, weight, bias, mean, variance, present=None):
    assert settings["axis"] == 1
    if present is None:
        running = [mean.detach().clone(), variance.detach().clone()]
        y = F.batch_norm(x, *running, weight, bias, training=True, momentum=settings["momentum"], eps=settings["eps"])
        return y, *running
    # PyTorch has no mask; where the rows are there, it must agree with itself on those rows alone.
    assert x.dim() == 2
    count = present.sum()
    centre = (x * present).sum(0) / count
    spread = ((x - centre) ** 2 * present).sum(0) / count
    y = (x - centre) / torch.sqrt(spread + settings["eps"]) * weight + bias
    rows = present[:, 0] == 1
    running = [mean.detach().clone(), variance.detach().clone()]
    own = F.batch_norm(x[rows], *running, weight, bias, training=True, momentum=settings["momentum"], eps=settings["eps"])
    assert torch.allclose(own, y[rows])
    return y, *running


def batch_norm_fixed(settings, x, weight, bias, mean, variance):
    # F.batch_norm gives no gradient to the statistics, so the formula stands written out beside it.
    vectors = [across(x, settings["axis"], vector) for vector in (weight, bias, mean, variance)]
    y = (x - vectors[2]) / torch.sqrt(vectors[3] + settings["eps"]) * vectors[0] + vectors[1]
    second = x.movedim(settings["axis"], 1)
    own = F.batch_norm(second, mean.detach(), variance.detach(), weight, bias, eps=settings["eps"])
    assert torch.allclose(y, own.movedim(1, settings["axis"]))
    return (y,)


def conv(settings, x, weight, bias=None):
    walk = {"stride": settings["strides"], "dilation": settings["dilations"], "groups": settings["groups"]}
    convolve = {3: F.conv1d, 4: F.conv2d}[x.dim()]
    return (convolve(F.pad(x, pads_for_torch(settings["pads"])), weight, bias, **walk),)


def conv_input_gradient(settings, dy, weight):
    shape = [dy.shape[0], weight.shape[1] * settings["groups"], *settings["sizes"]]
    send_back = {3: torch.nn.grad.conv1d_input, 4: torch.nn.grad.conv2d_input}[dy.dim()]
    return (send_back(shape, weight, dy, settings["strides"], symmetric(settings["pads"]), settings["dilations"], settings["groups"]),)


def conv_weight_gradient(settings, x, dy):
    shape = [dy.shape[1], x.shape[1] // settings["groups"], *settings["sizes"]]
    send_back = {3: torch.nn.grad.conv1d_weight, 4: torch.nn.grad.conv2d_weight}[dy.dim()]
    return (send_back(x, shape, dy, settings["strides"], symmetric(settings["pads"]), settings["dilations"], settings["groups"]),)


def gather_rows(settings, x, indices):
    return (torch.gather(x, -2, indices.unsqueeze(-1).expand(*indices.shape, x.shape[-1])),)


def scatter_rows(settings, x, indices):
    zeros = torch.zeros(*indices.shape[:-1], settings["size"][0], x.shape[-1])
    return (torch.scatter_add(zeros, -2, indices.unsqueeze(-1).expand(*indices.shape, x.shape[-1]), x),)


def pack_rows(settings, x, present):
    moved = []
    for rows, real in zip(x, present):
        places = torch.nonzero(real).flatten().tolist()
        order = torch.tensor((places[::-1] if settings["reverse"] else places) + torch.nonzero(~real).flatten().tolist())
        if settings["back"]:
            order = torch.tensor([order.tolist().index(place) for place in range(len(order))])
        moved.append(rows[order])
    return (torch.stack(moved),)


def cumulative_sum(settings, x):
    axis = settings["axis"]
    return (x.flip(axis).cumsum(axis).flip(axis) if settings["reverse"] else x.cumsum(axis),)


def gemm(settings, a, b, c=None):
    y = (a.T if settings["transA"] else a) @ (b.T if settings["transB"] else b)
    return (y if c is None else y + c,)


def layer_norm(settings, x, weight, bias):
    y = F.layer_norm(x, x.shape[-1:], weight, bias, settings["eps"])
    variance = x.var(-1, keepdim=True, correction=0)
    return y, x.mean(-1, keepdim=True), 1 / torch.sqrt(variance + settings["eps"])


def recurrent(layer_of):
    def run(settings, x, weightInput, weightHidden, biasInput, biasHidden):
        frames = x.flip(1) if settings["reverse"] else x
        layer = layer_of(x.shape[2], weightHidden.shape[1], batch_first=True)
        given = {
            "weight_ih_l0": weightInput,
            "weight_hh_l0": weightHidden,
            "bias_ih_l0": biasInput,
            "bias_hh_l0": biasHidden,
        }
        y, _ = torch.func.functional_call(layer, given, (frames,))
        return (y.flip(1) if settings["reverse"] else y,)

    return run


def recurrent_stack(layer_of):
    def run(settings, x, **weights):
        layer = layer_of(x.shape[2], settings["hidden"], settings["layers"], batch_first=True, bidirectional=settings["bothDirections"])
        y, _ = torch.func.functional_call(layer, weights, (x,))
        return (y,)

    return run


def avg_pool(settings, x):
    return (F.avg_pool2d(F.pad(x, pads_for_torch(settings["pads"])), settings["kernel"], settings["strides"]),)


def max_pool(settings, x):
    y, places = F.max_pool2d(x, settings["kernel"], settings["strides"], symmetric(settings["pads"]), return_indices=True)
    # PyTorch counts within one plane, ONNX within the whole tensor.
    planes = torch.arange(x.shape[0] * x.shape[1]).reshape(x.shape[0], x.shape[1], 1, 1)
    return y, places + planes * x.shape[2] * x.shape[3]


def max_pool_gradient(settings, dy, places):
    zeros = torch.zeros(settings["shape"]).flatten()
    return (torch.index_add(zeros, 0, places.flatten(), dy.flatten()).reshape(settings["shape"]),)


def pad(settings, x):
    after_last = x.dim() - 1 - settings["axis"]
    return (F.pad(x, [0, 0] * after_last + settings["amounts"]),)


def reduction(torch_op):
    return lambda settings, x: (torch_op(x, dim=settings["axes"], keepdim=settings["keep"]),)


class ReverseGradient(torch.autograd.Function):
    @staticmethod
    def forward(context, x, scale):
        context.scale = scale
        return x.clone()

    @staticmethod
    def backward(context, dy):
        return -context.scale * dy, None


def unary(torch_op):
    return lambda settings, x: (torch_op(x),)


def binary(torch_op):
    return lambda _, a, b: (torch_op(a, b),)


FORMULAS = {
    "absolute": unary(torch.abs),
    "adapted_linear": lambda settings, x, weight, down, up, bias=None: (
        F.linear(x, weight + settings["scale"] * (up @ down), bias),
    ),
    "add": binary(torch.add),
    "batch_norm": batch_norm,
    "batch_norm_fixed": batch_norm_fixed,
    "broadcast": lambda settings, x: (x.expand(settings["shape"]),),
    "cast": lambda settings, x: (x.to(TORCH_DTYPES[settings["to"]]),),
    "concat": lambda settings, **xs: (torch.cat(list(xs.values()), settings["axis"]),),
    "conv": conv,
    "conv_input_gradient": conv_input_gradient,
    "conv_weight_gradient": conv_weight_gradient,
    "cosine": unary(torch.cos),
    "cumulative_sum": cumulative_sum,
    "divide": binary(torch.div),
    "equal": binary(torch.eq),
    "error_function": unary(torch.erf),
    "exp": unary(torch.exp),
    "floor": unary(torch.floor),
    "gather_rows": gather_rows,
    "gelu": unary(F.gelu),
    "gemm": gemm,
    "greater": binary(torch.gt),
    "greater_or_equal": binary(torch.ge),
    "gru": recurrent(torch.nn.GRU),
    "gru_stack": recurrent_stack(torch.nn.GRU),
    "layer_norm": layer_norm,
    "leaky_relu": lambda settings, x: (F.leaky_relu(x, settings["slope"]),),
    "less": binary(torch.lt),
    "less_or_equal": binary(torch.le),
    "linear": lambda settings, x, weight, bias=None: (F.linear(x, weight, bias),),
    "log": unary(torch.log),
    "log_softmax": lambda settings, x: (F.log_softmax(x, settings["axis"]),),
    "lstm": recurrent(torch.nn.LSTM),
    "lstm_stack": recurrent_stack(torch.nn.LSTM),
    "matmul": binary(torch.matmul),
    "avg_pool": avg_pool,
    "max_pool": max_pool,
    "max_pool_gradient": max_pool_gradient,
    "maximum": binary(torch.maximum),
    "minimum": binary(torch.minimum),
    "multiply": binary(torch.mul),
    "negate": unary(torch.neg),
    "one_hot": lambda settings, indices: (F.one_hot(indices, settings["depth"][0]),),
    "pack_rows": pack_rows,
    "pad": pad,
    "power": binary(torch.pow),
    "reduce_max": reduction(torch.amax),
    "reduce_mean": reduction(torch.mean),
    "reduce_min": reduction(torch.amin),
    "reduce_sum": reduction(torch.sum),
    "relu": unary(torch.relu),
    "reshape": lambda settings, x: (x.reshape(settings["shape"]),),
    "reverse_gradient": lambda settings, x: (ReverseGradient.apply(x, settings["scale"]),),
    "scatter_rows": scatter_rows,
    "sigmoid": unary(torch.sigmoid),
    "sine": unary(torch.sin),
    "slice": lambda settings, x: (x.narrow(settings["axis"], settings["bounds"][0], settings["bounds"][1] - settings["bounds"][0]),),
    "softmax": lambda settings, x: (F.softmax(x, settings["axis"]),),
    "softplus": unary(F.softplus),
    "split": lambda settings, x: torch.split(x, settings["sizes"], settings["axis"]),
    "square_root": unary(torch.sqrt),
    "stop_gradient": unary(torch.detach),
    "subtract": binary(torch.sub),
    "tanh": unary(torch.tanh),
    "top_k": lambda settings, x: torch.topk(x, settings["k"], -1),
    "training_or_evaluation": lambda settings, training, evaluation: (training.clone(),),
    "transpose": lambda settings, x: (x.permute(settings["order"]),),
    "where": lambda settings, condition, whenTrue, whenFalse: (torch.where(condition, whenTrue, whenFalse),),
}


def tensor_of(numbers):
    tensor = torch.tensor(numbers["data"], dtype=TORCH_DTYPES[numbers["dtype"]]).reshape(numbers["shape"])
    return tensor.requires_grad_(numbers["dtype"] == "float32")


def plain(tensor):
    return None if tensor is None else [float(f"{entry:.9g}") for entry in tensor.detach().double().flatten().tolist()]


def answer(question):
    """The question with `outputs` (in the op's order, as far as PyTorch has them) and `gradients` (null: none flows)."""
    inputs = {name: tensor_of(numbers) for name, numbers in question["inputs"].items()}
    outputs = FORMULAS[question["formula"]](question["attributes"], **inputs)
    cotangents = list(question["cotangents"].values())
    loss = sum((output * tensor_of(dy).detach()).sum() for output, dy in zip(outputs, cotangents))
    trained = {name: tensor for name, tensor in inputs.items() if tensor.requires_grad}
    flows = isinstance(loss, torch.Tensor) and loss.requires_grad
    given = torch.autograd.grad(loss, list(trained.values()), allow_unused=True) if flows else [None] * len(trained)
    return {
        **question,
        "outputs": [plain(output) for output in outputs],
        "gradients": {name: plain(gradient) for name, gradient in zip(trained, given)},
    }


def main():
    torch.set_default_dtype(torch.float64)
    questions = json.load(sys.stdin)
    unknown = {q["formula"] for q in questions} - FORMULAS.keys() - WITHOUT_FORMULA.keys()
    if unknown:
        sys.exit(f"make.py has neither a formula nor a reason for: {', '.join(sorted(unknown))}")
    cases = [answer(question) for question in questions if question["formula"] in FORMULAS]
    made_with = json.dumps({"torch": torch.__version__, "numpy": numpy.__version__})
    # One case a line, so that a difference shows what changed.
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    text = f'{{"madeWith":{made_with},\n"withoutFormula":{json.dumps(WITHOUT_FORMULA)},\n"cases":[\n{lines}\n]}}\n'
    pathlib.Path(__file__).with_name("ops.json").write_text(text)


main()
