"""Values and gradients of the functions in cases.py, as JSON, at the numbers of questions.json."""

import json

import torch
from cases import CASES

TYPES = {"float32": torch.float32, "int32": torch.int32, "int64": torch.int64, "uint8": torch.uint8, "bool": torch.bool}


def tensor(given):
    return torch.tensor(given["data"]).to(TYPES[given["dtype"]]).reshape(given["shape"])


def answer(question, case):
    inputs = {name: tensor(given) for name, given in question["inputs"].items()}
    floats = {name: given.requires_grad_() for name, given in inputs.items() if given.dtype == torch.float32}
    outputs = case(inputs)
    cotangents = {name.split("/", 1)[1]: tensor(given) for name, given in question["cotangents"].items()}
    # Cotangents are those of the float outputs that carry a gradient, in the outputs' order.
    carrying = [output for output in outputs if output is not None and output.dtype == torch.float32]
    products = [(output * given).sum() for output, given in zip(carrying, cotangents.values())]
    if products and (loss := torch.stack(products).sum()).requires_grad:
        loss.backward()
    return {
        "outputs": [None if output is None else output.detach().flatten().double().tolist() for output in outputs],
        "gradients": {
            name: None if given.grad is None else given.grad.flatten().tolist() for name, given in floats.items()
        },
    }


with open("questions.json") as file:
    questions = json.load(file)
print(json.dumps([answer(question, case) for question, case in zip(questions, CASES, strict=True)]))
