"""Power cuts: every program and PostgreSQL are killed at random instants while companies deposit; the history is held against what is there.

The seed is printed; PLI_SEED repeats it. tests/load/crash/run is the long one: 500 deposits at once, 200 kills.
"""
import os
import random

import mishap
from campaign import Campaign


def test_what_was_acknowledged_survives_kills_at_random_instants(stack, tmp_path):
    seed = int(os.environ.get("PLI_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"PLI_SEED={seed}")
    campaign = Campaign(stack, str(tmp_path), seed, count=45, width=45, pace=1.5, patience=240)
    campaign.prepare()
    campaign.begin()
    suffered = mishap.suffer(stack, random.Random(seed), mishap.KILLS, 12, 0.5, campaign.busy)
    campaign.finish()
    wrong = campaign.check()
    print(campaign.report(suffered=suffered))
    assert not wrong, "\n".join(wrong)
    assert campaign.history.counts["committed"] >= 30 and sum(suffered.values()) >= 6
