"""Whatever configuration, wherever it is cut: what is missing is never trusted as the whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.cleaning import clean
from inventory.completeness import FEW_LINES, doubts
from inventory.platforms import platform_of
from inventory.redaction import redact
from inventory.trust import weigh
from lab import generate
from tests.drift.grown import PLATFORMS, grown

KEY = b"k" * 32
PARTS = 4  # grown configurations are small: so many make one of a usual size
ENDS = {"cisco_ios": "end\n", "arista_eos": "end\n", "frr": "end\n", "cisco_xr": "end\n"}


def lab_text(index, seed):
    return generate.configuration(index, 20, seed=seed) + "\nend\n"


def whole(platform, seed):
    parts = [grown(platform, seed * PARTS + n) for n in range(PARTS)]
    return redacted("".join(parts) + ENDS.get(platform, ""), platform)


def redacted(text, platform):
    known = platform_of(platform)
    return redact(clean(text, known), platform=platform, key=KEY)


def trusted(text, platform, previous):
    found = doubts(text, platform=platform_of(platform), previous=previous)
    return weigh(found, threshold=50).trusted


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
@settings(deadline=None)
@given(seed=st.integers(0, 200), share=st.floats(0, 0.9, exclude_max=True))
def test_no_beginning_of_a_configuration_shorter_than_nine_tenths_is_trusted(platform, seed, share):
    text = whole(platform, seed)
    if text.count("\n") < FEW_LINES:
        return
    assert not trusted(redacted(text[: int(len(text) * share)], platform), platform, text)


@pytest.mark.parametrize("platform", sorted(ENDS))
@settings(deadline=None)
@given(seed=st.integers(0, 200), lines=st.integers(1, 30))
def test_without_its_last_lines_no_configuration_with_an_end_mark_is_trusted(platform, seed, lines):
    text = whole(platform, seed)
    cut = "".join(text.splitlines(keepends=True)[:-lines])
    assert not trusted(cut, platform, text)


@pytest.mark.parametrize("platform", sorted(set(PLATFORMS) - set(ENDS)))
@settings(deadline=None)
@given(seed=st.integers(0, 200), lines=st.integers(1, 30))
def test_without_its_last_lines_no_other_configuration_is_trusted_without_a_second_read(
    platform, seed, lines
):
    text = whole(platform, seed)
    if text.count("\n") < FEW_LINES:
        return
    cut = "".join(text.splitlines(keepends=True)[:-lines])
    assert not trusted(cut, platform, text)


@settings(deadline=None)
@given(index=st.integers(0, 19), seed=st.integers(0, 50))
def test_a_whole_configuration_is_trusted_after_itself(index, seed):
    platform = generate.platform_of(index)
    text = redacted(lab_text(index, seed), platform)
    assert trusted(text, platform, text)


@settings(deadline=None)
@given(index=st.integers(0, 19), seed=st.integers(0, 50), share=st.floats(0, 1), data=st.data())
def test_wherever_a_capture_breaks_no_secret_is_left_in_it(index, seed, share, data):
    platform = generate.platform_of(index)
    text = "snmp-server community lab-S3CRET RO\n" * 3 + lab_text(index, seed)
    noise = data.draw(st.sampled_from([" --More-- ", "\x1b[K", "\x00", "\x08\x08", "\x9b0m"]))
    at = data.draw(st.integers(0, 60))
    broken = text[:at] + noise + text[at : int(len(text) * share)]
    if "lab-S3CRET" in broken.replace(noise, ""):
        assert "lab-S3CRET" not in redacted(broken, platform)


@settings(deadline=None)
@given(st.binary(max_size=3_000))
def test_whatever_comes_is_judged(data):
    text = data.decode("latin-1")
    for platform in ("cisco_ios", "juniper_junos", "linux"):
        found = doubts(redacted(text, platform), platform=platform_of(platform), previous=text)
        assert 0 <= weigh(found, threshold=70).score <= 100
