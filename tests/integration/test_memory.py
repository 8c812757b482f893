"""A large bid costs time, not memory: the peaks of every program, read from the kernel after a deposit and its opening.

PLI_LARGE gives the size of the bid in bytes (default 300 MB; 2147483648 for the full measure).
"""
import os

MIB = 1024 * 1024
LIMITS = {"plid": 64 * MIB, "pli-judge": 256 * MIB, "pli-edge": 256 * MIB, "pli-notary": 256 * MIB, "pli-relay": 256 * MIB}


def peaks(stack):
    """Highest resident size of each running program of this set, bytes."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/status") as file:
                status = dict(line.split(":", 1) for line in file if ":" in line)
            program = os.path.basename(os.readlink(f"/proc/{entry}/exe"))
        except OSError:
            continue
        if os.path.dirname(os.path.realpath(f"/proc/{entry}/exe")) == stack.build and program in LIMITS:
            found[program] = max(found.get(program, 0), int(status["VmHWM"].split()[0]) * 1024)
    return found


def test_a_large_bid_stays_within_the_memory_of_each_program(stack, house):
    consultation = house.consultation()
    envelope, files = house.bid("company-1", consultation, int(os.environ.get("PLI_LARGE", 300_000_000)))
    house.deposit("company-1", consultation, envelope)
    house.end_now(consultation)
    house.open(consultation)
    measured = peaks(stack)
    print({program: f"{size / MIB:.1f} MiB" for program, size in measured.items()})
    assert {"plid", "pli-judge", "pli-edge"} <= set(measured)
    for program, size in measured.items():
        assert size < LIMITS[program], f"{program}: {size / MIB:.1f} MiB"
    house.assert_same(consultation, files)
