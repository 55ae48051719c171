"""Junos configuration as a tree: set, delete, load; shown with braces, as set lines, as XML. Pure.

What the schema does not know is refused, as the device refuses it. Source of the statements:
Juniper's CLI reference.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lab.tree import Node

SCHEMA = """
system
  host-name =
  domain-name =
  time-zone =
  root-authentication
    encrypted-password =
  login
    message =
    user @
      uid =
      class =
      authentication
        encrypted-password =
  services
    ssh
      root-login =
      protocol-version =
    netconf
      ssh
  syslog
    host @
      any =
      interactive-commands =
    file @
      any =
  name-server +
  ntp
    server +
interfaces
  *
    description =
    disable !
    mtu =
    unit @
      description =
      vlan-id =
      family @
        address +
        filter
          input =
routing-options
  router-id =
  autonomous-system =
  static
    route @
      next-hop =
protocols
  lldp
    interface +
  ospf
    area @
      interface @
        metric =
        passive !
  bgp
    group @
      type =
      neighbor @
        description =
        peer-as =
policy-options
  prefix-list @
    * !
snmp
  location =
  contact =
  community @
    authorization =
"""
WORD = re.compile(r'"[^"]*"|[^\s;{}]+')
PIECE = re.compile(r'((?:"[^"]*"|[^;{}"])*)([;{}])')
COMMENT = re.compile(r"(?m)^\s*#.*$|/\*.*?\*/|## SECRET-DATA", re.DOTALL)
SPACES = 4


class Refused(Exception):
    """The device does not take a statement; the text is its answer."""


@dataclass(slots=True)
class Kind:
    """What a statement is: `` container, `@` one by name, `=` one value, `+` many, `!` a flag."""

    sign: str = ""
    below: dict[str, "Kind"] = field(default_factory=dict)

    @property
    def words(self) -> int:
        return 2 if self.sign in {"@", "=", "+"} else 1


def _schema(text: str) -> Kind:
    root = Kind()
    stack = [(-1, root)]
    for line in filter(str.strip, text.splitlines()):
        depth = len(line) - len(line.lstrip())
        name, _, sign = line.strip().partition(" ")
        while stack[-1][0] >= depth:
            stack.pop()
        kind = Kind(sign)
        stack[-1][1].below[name] = kind
        stack.append((depth, kind))
    return root


ROOT = _schema(SCHEMA)


def steps(words: Sequence[str]) -> Iterator[tuple[str, Kind]]:
    """The nodes that a statement names, from the top; raises Refused."""
    kind, rest = ROOT, list(words)
    while rest:
        found = kind.below.get(rest[0]) or kind.below.get("*")
        if found is None:
            raise Refused(f"syntax error: {rest[0]}")
        if len(rest) < found.words:
            raise Refused(f"missing argument: {rest[0]}")
        yield " ".join(rest[: found.words]), found
        kind, rest = found, rest[found.words :]


def set_statement(root: Node, statement: str) -> None:
    """`system host-name r1` and the like; one value replaces another."""
    here = root
    for line, kind in list(steps(WORD.findall(statement))):
        known = here.find(line)
        if known is None and kind.sign == "=":
            first = line.split(" ", maxsplit=1)[0]
            known = next((one for one in here.children if _named(one, first)), None)
            if known is not None:
                known.line = line
        if known is None:
            known = Node(line)
            here.children.append(known)
        here = known


def delete_statement(root: Node, statement: str) -> None:
    """Remove a statement with all below it; its value may be left out."""
    here, words = root, WORD.findall(statement)
    while words:
        fits = [one for one in here.children if words[: len(_words(one))] == _words(one)]
        if not fits:
            gone = [one for one in here.children if len(words) == 1 and _named(one, words[0])]
            if not gone:
                raise Refused("warning: statement not found")
            here.children[:] = [one for one in here.children if one not in gone]
            return
        if len(_words(fits[0])) == len(words):
            here.children.remove(fits[0])
            return
        here, words = fits[0], words[len(_words(fits[0])) :]


def load_text(root: Node, text: str) -> None:
    """Merge a text with braces; raises Refused before anything of it is merged."""
    above: list[str] = []
    statements = []
    for head, sign in PIECE.findall(COMMENT.sub("", text)):
        words = " ".join(WORD.findall(head))
        if sign == "{":
            above.append(words)
        elif sign == ";":
            statements.append(" ".join([*above, words]))
        elif not above:
            raise Refused("syntax error: }")
        else:
            above.pop()
    if above:
        raise Refused("missing mandatory statement: }")
    for statement in statements:
        list(steps(WORD.findall(statement)))
    for statement in statements:
        set_statement(root, statement)


def load_set(root: Node, text: str) -> None:
    for line in filter(None, map(str.strip, text.splitlines())):
        action, _, statement = line.partition(" ")
        if action == "set":
            set_statement(root, statement)
        elif action == "delete":
            delete_statement(root, statement)
        else:
            raise Refused(f"syntax error: {action}")


def braces(node: Node, *, depth: int = 0) -> str:
    """The configuration as `show configuration` has it."""
    margin = " " * SPACES * depth
    return "".join(
        f"{margin}{one.line} {{\n{braces(one, depth=depth + 1)}{margin}}}\n"
        if one.children
        else f"{margin}{one.line};{_secret(one.line)}\n"
        for one in node.children
    )


def set_lines(node: Node, *, above: str = "set") -> str:
    return "".join(
        set_lines(one, above=f"{above} {one.line}") if one.children else f"{above} {one.line}\n"
        for one in node.children
    )


def xml(node: Node, *, kind: Kind = ROOT, any_name: str = "") -> str:
    """The elements below a node; a list's entries have a `name`."""
    return "".join(_element(one, kind, any_name) for one in node.children)


def _element(node: Node, kind: Kind, any_name: str) -> str:
    word, _, value = node.line.partition(" ")
    own = kind.below.get(word)
    if own is None:  # an entry without a word of its own, as an interface
        tag, inside = any_name, f"<name>{escape(word)}</name>"
        own = kind.below["*"]
    else:
        tag, inside = word, f"<name>{escape(value)}</name>" if own.sign in {"@", "+"} else ""
    if own.sign == "=":
        inside = escape(value.strip('"'))
    entry = {"interfaces": "interface", "prefix-list": "prefix-list-item"}.get(word, "")
    return f"<{tag}>{inside}{xml(node, kind=own, any_name=entry)}</{tag}>"


def faults_of(root: Node) -> str | None:
    """What a commit is refused for."""
    options = root.find("routing-options")
    number = options and any(_named(one, "autonomous-system") for one in options.children)
    protocols = root.find("protocols")
    if protocols is not None and protocols.find("bgp") is not None and not number:
        return "[edit protocols bgp]: autonomous-system must be specified"
    return None


def hostname(root: Node) -> str:
    system = root.find("system")
    names = [one.line for one in system.children if _named(one, "host-name")] if system else []
    return names[0].split()[1] if names else ""


def _words(node: Node) -> list[str]:
    return WORD.findall(node.line)


def _named(node: Node, word: str) -> bool:
    return node.line.split(" ", maxsplit=1)[0] == word


def _secret(line: str) -> str:
    return " ## SECRET-DATA" if line.startswith("encrypted-password ") else ""
