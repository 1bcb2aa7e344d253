from pathlib import Path


def peak_memory():
    """The most memory this process ever held, in MiB, on Linux. Its parent's is in what `getrusage` tells, and not in this."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return (
        next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    )
