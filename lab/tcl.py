"""IOS's tclsh as far as it writes a file: `puts [open "flash:x" w+] {...}`. Pure: no session."""

import re
from dataclasses import dataclass, field

PUTS = re.compile(r'puts \[open "(?P<name>[^"]+)" w\+?\] \{(?P<first>.*)$')
QUIT = ("tclquit", "exit", "quit")


@dataclass(slots=True)
class Tcl:
    """Collects the text between the braces; the device writes `texts` when the shell is left."""

    texts: dict[str, str] = field(default_factory=dict)
    name: str = ""
    body: list[str] = field(default_factory=list)

    @property
    def collecting(self) -> bool:
        return bool(self.name)

    def takes(self, line: str) -> bool:
        """Take a line that belongs to a `puts`; others are commands of the device."""
        if self.name:
            self._add(line)
            return True
        found = PUTS.match(line.strip())
        if found is None:
            return False
        self.name = found["name"]
        self._add(found["first"])
        return True

    def _add(self, line: str) -> None:
        if not line.endswith("}"):
            self.body.append(line)
            return
        text = "\n".join([*self.body, line.removesuffix("}")])
        self.texts[self.name] = f"{text}\n"  # puts ends its text with a line end
        self.name, self.body = "", []
