"""Pictures changed by torchvision, which test/runtime/augment.test.ts holds ours to: python test/reference/make_images.py > images.json

Outputs are bytes [side, side, 3]. Places outside a picture continue its edge: it is padded by its own side, changed and cropped.
"""

import json
import sys

import torch
import torchvision
import torchvision.transforms.functional as F
from scipy.stats import norm
from torchvision.transforms import InterpolationMode

SIDE = 20
values = [(i * 7919 + (i * i) % 1013) % 151 + 52 for i in range(3 * SIDE * SIDE)]
source = torch.tensor(values, dtype=torch.uint8).reshape(SIDE, SIDE, 3).permute(2, 0, 1)


def flat(image):
    return image.permute(1, 2, 0).flatten().tolist()


def moved(angle, right, down, scale):
    wide = F.pad(source.float(), [SIDE] * 4, padding_mode="edge")
    turned = F.affine(
        wide, angle, [right * SIDE, down * SIDE], scale, [0.0, 0.0], interpolation=InterpolationMode.BILINEAR
    )
    return F.center_crop(turned, [SIDE, SIDE]).round().clamp(0, 255).to(torch.uint8)


places = [0, 1, 17, 5000, 32767, 32768, 60000, 65535]
json.dump(
    {
        "torchvision": torchvision.__version__,
        "side": SIDE,
        "source": values,
        "hue": [{"turn": turn, "bytes": flat(F.adjust_hue(source, turn))} for turn in [-0.5, -0.23, 0.1, 0.37]],
        "brightness": [{"factor": f, "bytes": flat(F.adjust_brightness(source, f))} for f in [0.6, 1.2]],
        "contrast": [{"factor": f, "bytes": flat(F.adjust_contrast(source, f))} for f in [0.6, 1.4]],
        "saturation": [{"factor": f, "bytes": flat(F.adjust_saturation(source, f))} for f in [0.3, 1.4]],
        "affine": [
            {"degrees": a, "right": x, "down": y, "scale": s, "bytes": flat(moved(a, x, y, s))}
            for a, x, y, s in [(17.0, 0.0, 0.0, 1.0), (0.0, 0.1, -0.05, 1.0), (0.0, 0.0, 0.0, 1.25), (-30.0, -0.1, 0.2, 0.9)]
        ],
        "quantiles": {"places": places, "values": [float(norm.ppf((i + 0.5) / 65536)) for i in places]},
    },
    sys.stdout,
)
sys.stdout.write("\n")
