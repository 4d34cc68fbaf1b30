"""Sizes: a suggestion covers what was seen, and nothing smaller would."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nbflow.api.fitting import HEADROOM, Demand, next_larger, smallest, usable_profiles
from nbflow.model import Amount, Gpu, Profile, Quantity
from nbflow.settings import Settings, Team

GIB = 1 << 30
sizes = st.integers(1, 64)
amounts = st.none() | st.builds(
    lambda least, more: Amount(Quantity(str(least * GIB)), Quantity(str((least + more) * GIB))),
    sizes,
    st.integers(0, 8),
)
cores = st.none() | sizes.map(lambda count: Amount.of(Quantity(str(count))))
gpus = st.none() | st.integers(1, 4).map(Gpu)
profiles = st.lists(
    st.builds(Profile, st.text("abc", min_size=1, max_size=3), cpu=cores, memory=amounts, gpu=gpus),
    max_size=6,
    unique_by=lambda profile: profile.name,
)
demands = st.builds(
    Demand,
    st.integers(0, 64 * GIB),
    st.none() | st.floats(0, 64),
    st.none() | st.integers(0, 64 * GIB),
)


def sized(name, memory, cpu=None, **choices):
    amount = None if memory is None else Amount.of(Quantity(memory))
    return Profile(name, cpu=cpu and Amount.of(Quantity(cpu)), memory=amount, **choices)


def covers(profile, demand):
    if profile.memory is None:
        return False
    memory = profile.memory.request.amount
    enough = memory >= demand.memory * HEADROOM and memory > (demand.given or -1)
    if profile.cpu is None or demand.cores is None:
        return enough
    return enough and profile.cpu.request.amount >= Decimal(demand.cores) * HEADROOM


def amount(value):
    return 0 if value is None else value.request.amount


@given(demand=demands, known=profiles)
def test_a_suggestion_covers_the_peaks_and_no_other_one_that_does_is_smaller(demand, known):
    found = smallest(demand, of=known)
    enough = [one for one in known if covers(one, demand)]
    assert (found is None) == (not enough)
    for other in enough:
        assert found in enough
        assert not (
            other != found
            and (other.gpu.count if other.gpu else 0) <= (found.gpu.count if found.gpu else 0)
            and amount(other.memory) < amount(found.memory)
            and amount(other.cpu) <= amount(found.cpu)
        )


@given(demand=demands, known=profiles, more=st.integers(0, 64 * GIB))
def test_who_needs_more_is_never_given_less(demand, known, more):
    less = smallest(demand, of=known)
    larger = smallest(Demand(demand.memory + more, demand.cores, demand.given), of=known)
    if larger is not None:
        assert less is not None
        assert (less.gpu.count if less.gpu else 0) <= (larger.gpu.count if larger.gpu else 0)


def test_the_headroom_is_a_quarter():
    known = [sized("a", "4Gi"), sized("b", "5Gi"), sized("c", "50Gi")]
    assert smallest(Demand(4 * GIB), of=known).name == "b"
    assert smallest(Demand(4 * GIB + 1), of=known).name == "c"
    assert smallest(Demand(41 * GIB), of=known) is None


def test_cores_count_too():
    known = [sized("slow", "4Gi", "1"), sized("fast", "4Gi", "4")]
    assert smallest(Demand(GIB, 0.75), of=known).name == "slow"
    assert smallest(Demand(GIB, 0.81), of=known).name == "fast"


def test_memory_that_ran_out_was_too_little_whatever_the_peak_says():
    known = [sized("a", "2Gi"), sized("b", "3Gi")]
    assert smallest(Demand(GIB, given=2 * GIB), of=known).name == "b"


def test_a_profile_that_says_no_memory_is_never_suggested():
    assert smallest(Demand(0), of=[sized("default", None)]) is None


def test_what_nobody_measured_stays():
    small = sized("small", "2Gi")
    had = sized("had", "64Gi", gpu=Gpu(2), image="a", disk=Amount.of(Quantity("10Gi")))
    less = [
        small,
        sized("other-image", "4Gi", gpu=Gpu(2), image="b", disk=had.disk),
        sized("one-gpu", "4Gi", gpu=Gpu(1), image="a", disk=had.disk),
        sized("no-disk", "4Gi", gpu=Gpu(2), image="a"),
        sized("right", "8Gi", gpu=Gpu(2), image="a", disk=had.disk),
    ]
    assert smallest(Demand(GIB), of=[*less, had], instead=had).name == "right"
    assert smallest(Demand(GIB), of=[*less, had]).name == "small"


def test_of_the_same_size_and_price_the_one_that_a_step_has_is_kept():
    had, twin = sized("small", "2Gi", "1", price=1.0), sized("a-twin", "2Gi", "1", price=1.0)
    assert smallest(Demand(GIB), of=[twin, had], instead=had).name == "small"
    assert smallest(Demand(GIB), of=[twin, had]).name == "a-twin"
    cheaper = sized("z-cheap", "2Gi", "1", price=0.5)
    assert smallest(Demand(GIB), of=[twin, had, cheaper], instead=had).name == "z-cheap"


def test_a_profile_of_other_nodes_is_named_only_where_no_other_would_do():
    had = sized("small", "2Gi")
    apart = [
        sized("a", "2Gi", node_selector={"disk": "none"}),
        sized("b", "2Gi", affinity={"nodeAffinity": {}}),
        sized("c", "2Gi", tolerations=({"key": "gpu"},)),
        sized("d", "2Gi", runtime_class="nvidia"),
        sized("e", "2Gi", scheduler="own"),
        sized("f", "2Gi", priority_class="low"),
    ]
    large = sized("large", "8Gi")
    larger = [sized("apart", "4Gi", node_selector={"disk": "none"}), large]
    assert smallest(Demand(GIB), of=[*apart, had], instead=had).name == "small"
    for one in apart:
        assert smallest(Demand(GIB), of=[one, large], instead=had).name == "large"
    assert smallest(Demand(3 * GIB), of=[had, *larger], instead=had).name == "large"
    assert smallest(Demand(3 * GIB), of=[had, larger[0]], instead=had).name == "apart"


def test_the_next_larger_one_is_what_the_profile_names_else_the_smallest_with_more():
    small = sized("small", "2Gi", escalate_to="huge")
    known = [sized("middle", "4Gi"), sized("huge", "64Gi"), small]
    assert next_larger(small, of=known).name == "huge"
    assert next_larger(sized("small", "2Gi"), of=known).name == "middle"
    assert next_larger(known[1], of=known) is None


def test_a_team_is_offered_what_it_may_use():
    team = Team("mine", profiles=("small",))
    settings = Settings(root=Path("/p"), teams={"mine": team})
    assert [one.name for one in usable_profiles(settings=settings, team="mine")] == ["small"]
    assert len(usable_profiles(settings=settings, team=None)) == 4
