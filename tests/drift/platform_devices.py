"""How devices of the data-only platforms take commands: models that know nothing of the engine.

Each takes a configuration as it is shown and the commands, and gives what the device would hold. A
command that the device would refuse fails the test.
"""

import re

LIST = re.compile(r"((?:undo |no )?(?:port trunk \S+ vlan|vlan trunk allowed|vlan batch|vlan))"
                  r" (\d[\d ,-]*(?:to \d[\d ,-]*)*)$")  # fmt: skip
VIEW = re.compile(r"interface |vlan \d+$|acl |aaa$|local-user \S+ class|bgp |ip vpn-instance |"
                  r"address-family ")  # fmt: skip
SINGLE = re.compile(
    r"(hostname|sysname|description|name|(?:neighbor|local-user) \S+ (?:remote-as|description|"
    r"service-type|password)|vlan access|ip binding vpn-instance|vrf attach|"
    r"ip address(?! .*(?:sub|secondary)$)|port \S+ vlan|"
    r"\d+ comment|\d+ (?=permit|deny))"
)
ONCE = re.compile(r"rule \d+ |packet-filter \S+ |traffic-filter \S+ |ip ip-prefix \S+ index \d+ ")


def numbers(words):
    found = set()
    for part in words.replace(" to ", "-").replace(",", " ").split():
        low, _, high = part.partition("-")
        found |= set(range(int(low), int(high or low) + 1))
    return found


def parse(text):
    """Sections as dictionaries; lists of numbers as sorted tuples under the words before them."""
    root = {}
    above = [(-1, root)]
    for line in text.splitlines():
        words = line.strip()
        if (
            not words
            or words[0] in "#!"
            or words in {"next", "end", "return", "exit-address-family"}
        ):
            continue
        depth = len(line) - len(line.lstrip())
        while above[-1][0] >= depth:
            above.pop()
        here = above[-1][1]
        found = LIST.match(words)
        if found and (found[1] != "vlan" or "," in found[2]):
            here[found[1]] = tuple(sorted({*here.get(found[1], ()), *numbers(found[2])}))
        else:
            above.append((depth, here.setdefault(words, {})))
    return root


def without_empty(root, header):
    """The configuration without sections that say nothing."""
    return {key: value for key, value in root.items() if value or not header.match(key)}


def undo(here, words):
    found = LIST.match(words)
    if found and found[1] in here:
        left = set(here[found[1]]) - numbers(found[2])
        assert len(left) < len(here[found[1]]), f"undo {words}: nothing to take away"
        here[found[1]] = tuple(sorted(left))
        if not left:
            del here[found[1]]
        return
    gone = [key for key in here if key == words or key.startswith(f"{words} ")]
    assert gone, f"undo {words}: there is no such line"
    for key in gone:
        del here[key]


def put(here, words):
    found = LIST.match(words)
    if found and (found[1] != "vlan" or found[1] in here):
        here[found[1]] = tuple(sorted({*here.get(found[1], ()), *numbers(found[2])}))
        return
    once = ONCE.match(words)
    assert once is None or not any(key.startswith(once[0]) for key in here), f"{words}: exists"
    single = SINGLE.match(words)
    for key in [key for key in here if single and key.startswith(single[1])]:
        if SINGLE.match(key)[1] == single[1]:
            del here[key]
    here[words] = {}


def drop_addresses(here, words):
    if re.match(r"(?:undo |no )?(?:ip binding vpn-instance|vrf attach)\b", words):
        for key in [key for key in here if key.startswith("ip address")]:
            del here[key]


def views(running, commands):
    """Comware and VRP: a view is left by `quit`, `undo` takes away."""
    root = parse(running)
    path = [root]
    for line in commands:
        words = line.strip()
        drop_addresses(path[-1], words)
        if words == "quit":
            path.pop()
        elif words.startswith("undo "):
            undo(path[-1], words.removeprefix("undo "))
        elif VIEW.match(words):
            assert len(path) == 1 or words.startswith("address-family "), f"{words}: no such view"
            path.append(path[-1].setdefault(words, {}))
        else:
            put(path[-1], words)
    assert path == [root], "a view is still open"
    return without_empty(root, re.compile(r"interface G|interface T|vlan \d"))


def indented(running, commands):
    """AOS-CX: sections by indentation, `no` takes away."""
    root = parse(running)
    path = [root]
    for line in commands:
        words = line.strip()
        path = path[: (len(line) - len(line.lstrip())) // 4 + 1]
        drop_addresses(path[-1], words)
        if words == "exit-address-family":
            continue
        if words in {"shutdown", "no shutdown"}:
            path[-1].pop("shutdown", None), path[-1].pop("no shutdown", None)
            path[-1][words] = {}
        elif words.startswith("no "):
            undo(path[-1], words.removeprefix("no "))
        elif re.match(
            r"interface |vlan \d+$|vrf (?!attach)|access-list |router |address-family ", words
        ):
            if words.startswith("vlan ") and "vlan" in path[-1]:
                put(path[-1], words)
            path.append(path[-1].setdefault(words, {}))
        else:
            put(path[-1], words)
    return without_empty(root, re.compile(r"interface \d|vlan \d"))


def fortios(running, commands):
    """FortiOS: tables of entries, entered and left by words, in the order of their moves."""
    root = parse(running)
    path = [root]
    opened = []
    for line in commands:
        word, _, rest = line.strip().partition(" ")
        here = path[-1]
        if word in {"config", "edit"}:
            opened.append(word)
            path.append(here.setdefault(line.strip(), {}))
        elif word in {"next", "end"}:
            assert opened.pop() == {"next": "edit", "end": "config"}[word]
            path.pop()
        elif word == "delete":
            del here[f"edit {rest}"]
            assert (
                not re.search(rf"set \S+ (?:.* )?{re.escape(rest)}", repr(root)) or rest.isdigit()
            )
        elif word == "move":
            name, where, other = rest.split()
            entries = [one for one in here if one != f"edit {name}"]
            at = entries.index(f"edit {other}") + (where == "after")
            entries.insert(at, f"edit {name}")
            ordered = {one: here[one] for one in entries}
            here.clear()
            here.update(ordered)
        else:
            held = [key for key in here if key.split()[:2] == ["set", rest.split()[0]]]
            assert held or word == "set", f"{line}: nothing to unset"
            for key in held:
                del here[key]
            if word == "set":
                here[line.strip()] = {}
    assert path == [root], "a table is still open"
    return without_tables(root)


def without_tables(root):
    return {
        key: without_tables(value) for key, value in root.items()
        if without_tables(value) or not key.startswith("config ")
    }  # fmt: skip


LEAVES = re.compile(r"(set .*\b(?:host-name|description|port|admin-state|peer-as)) ")


def plain(line):
    """A word needs no quotes."""
    return re.sub(r"'(\S+)'", r"\1", line)


def paths(running, commands):
    """VyOS and SR Linux: a node of VyOS stays until it is deleted itself; one value a leaf."""
    held = {plain(line) for line in running.splitlines() if line.startswith("set ")}
    for line in map(plain, commands):
        word, _, path = line.partition(" ")
        if word == "delete":
            gone = {one for one in held if f"{one} ".startswith(f"set {path} ")}
            assert gone, f"{line}: there is no such path"
            held -= gone
            above = f"set {path}".rpartition(" ")[0]
            if path[0] != "/" and not any(f"{one} ".startswith(f"{above} ") for one in held):
                held.add(above)
            continue
        leaf = LEAVES.match(line)
        held = {one for one in held if not (leaf and one.startswith(f"{leaf[1]} "))}
        held = {one for one in held if not line.startswith(f"{one} ")} | {line}
    return held
