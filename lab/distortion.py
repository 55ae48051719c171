"""What some faults make of a configuration that is shown. Pure: the device keeps its own."""

from collections.abc import Callable, Mapping

from lab.device import Fault, LabDevice

PROMPT_BEGINS = {"cisco_xr": "RP/0/RP0/CPU0:"}
HUGE_LINES = 1_200_000
BINARY = "alias exec bell \x00\x0e\x07\n"
ESCAPES = "banner motd ^C\n\x1b[2J\x1b[31mRestricted\x1b[0m \x1b]0;title\x1b\\\x9b1m\n^C\n"


def distorted(text: str, device: LabDevice) -> str:
    """The text as the device's faults let it be seen."""
    for fault, change in CHANGES.items():
        if fault in device.faults:
            text = change(text, device)
    return text


def _huge(text: str, _device: LabDevice) -> str:
    """A configuration of 50 MB; its lines are real ones."""
    routes = (f"{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(HUGE_LINES))
    return _with(text, "".join(f"ip route 10.{one} 255.255.255.255 Null0\n" for one in routes))


def _fake_prompt(text: str, device: LabDevice) -> str:
    """A banner that shows the device's own prompt, the end mark and a command's echo."""
    prompt = f"{PROMPT_BEGINS.get(device.platform, '')}{device.shown_hostname}#"
    return _with(text, f"banner login ^C\n{prompt}\nend\n{prompt}show version\n{prompt} \n^C\n")


def _escapes(text: str, _device: LabDevice) -> str:
    return _with(text, ESCAPES)


def _binary(text: str, _device: LabDevice) -> str:
    return _with(text, BINARY)


def _cut(text: str, device: LabDevice) -> str:
    return text[: int(len(text) * device.cut_at)].rsplit("\n", 1)[0] + "\n"


def _with(text: str, lines: str) -> str:
    """The text with more lines in its middle, where no section is open."""
    at = len(text) // 2
    while text[at - 1] != "\n" or not text[at].isalpha():
        at += 1
    return text[:at] + lines + text[at:]


CHANGES: Mapping[Fault, Callable[[str, LabDevice], str]] = {
    Fault.HUGE: _huge,
    Fault.FAKE_PROMPT: _fake_prompt,
    Fault.ESCAPES: _escapes,
    Fault.BINARY: _binary,
    Fault.CUT_OFF: _cut,
}
"""In the order in which they act."""
