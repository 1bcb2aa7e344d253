"""Writes the HDF5 files of test/mistakes/files: features of one video, as h5py stores them, and ones that are damaged."""

from pathlib import Path

import h5py
import numpy as np

FOLDER = Path(__file__).parent.parent / "mistakes" / "files" / "data" / "s-Aff-Wild2" / "features"


def write(name: str, value: np.ndarray, libver: str = "earliest", frames: int = 2) -> Path:
    path = FOLDER / name
    with h5py.File(path, "w", libver=libver) as file:
        for frame in range(1, frames + 1):
            file.create_dataset(f"video1/{frame:05d}", data=value, track_times=False)
    return path


FOLDER.mkdir(parents=True, exist_ok=True)
write("face.h5", np.zeros(64, np.float32))
write("voice.h5", np.zeros(32, np.float32))
write("mae.h5", np.zeros(768, np.float32))
write("newer.h5", np.zeros((3, 16), np.float64), libver="latest")
write("heaps.h5", np.zeros(16, np.float32), libver="latest", frames=20)
write("words.h5", np.array([b"a", b"b"]))
whole = write("cut.h5", np.zeros(64, np.float32))
whole.write_bytes(whole.read_bytes()[:-100])
