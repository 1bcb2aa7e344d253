"""Files of stored features as other people's programs write them, for test/runtime/stored-features.test.ts.

Number i of frame f of video v is 100 v + f + i / 8; frame 4 of the second video has none.
"""

import pickle
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent / "stored"
VIDEOS = ["10-30-1280x720", "video59_right"]
FRAMES = [1, 2, 3, 4, 5]
WIDTH = 3


def entry(v: int, frame: int, dtype: str = "<f4") -> np.ndarray:
    return (100 * v + frame + np.arange(WIDTH) / 8).astype(dtype)


def has(v: int, frame: int) -> bool:
    return (v, frame) != (1, 4)


def each():
    for v, video in enumerate(VIDEOS):
        for frame in FRAMES:
            if has(v, frame):
                yield v, video, frame


def hdf5(name: str, path, dtype: str = "<f4", **options) -> None:
    with h5py.File(FOLDER / name, "w") as file:
        for v, video, frame in each():
            file.create_dataset(
                path(video, frame), data=entry(v, frame, dtype), **options
            )


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    hdf5("video-frame.h5", lambda video, frame: f"{video}/{frame:05d}.jpg")
    hdf5("frame-video.h5", lambda video, frame: f"{frame:05d}/{video}", dtype="<f8")
    hdf5(
        "packed.h5",
        lambda video, frame: f"{video}/{frame:05d}",
        dtype=">f4",
        compression="gzip",
    )
    hdf5("half.h5", lambda video, frame: f"{video}/{frame:05d}", dtype="<f2")
    with h5py.File(FOLDER / "by-video.h5", "w") as file:
        for v, video in enumerate(VIDEOS):
            file.create_dataset(video, data=entry(v, 0))

    nested = {}
    for v, video, frame in each():
        nested.setdefault(video, {})[f"{frame:05d}.jpg"] = entry(v, frame)
    np.save(FOLDER / "nested.npy", nested, allow_pickle=True)
    rows = {
        video: np.stack([entry(v, frame, ">f4") for frame in FRAMES])
        for v, video in enumerate(VIDEOS)
    }
    np.save(FOLDER / "rows.npy", rows, allow_pickle=True)
    np.save(FOLDER / "no-names.npy", np.zeros((4, WIDTH), "f4"))

    by_path = {
        f"{video}/{frame:05d}.jpg": (entry(v, frame), np.zeros(8, "f4"))
        for v, video, frame in each()
    }
    for protocol in range(6):
        (FOLDER / f"protocol-{protocol}.pkl").write_bytes(
            pickle.dumps(by_path, protocol)
        )

    listed = list(each())
    arrays = {
        "F": np.stack([entry(v, frame) for v, _, frame in listed]),
        "videos": np.array([video for _, video, _ in listed]),
        "images": np.array([f"{frame:05d}.jpg" for _, _, frame in listed]),
        "labels": np.zeros((len(listed), 12)),
    }
    np.savez(FOLDER / "arrays.npz", **arrays)
    np.savez_compressed(
        FOLDER / "packed.npz",
        **{**arrays, "images": np.array([frame for _, _, frame in listed])},
    )


if __name__ == "__main__":
    main()
