"""The stand-alone verifier on packs of another writer: sound ones and hostile ones."""

import io
import json
from random import Random
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import pytest

from core.evidence.standalone.container import Container
from core.evidence.standalone.program import main
from core.evidence.standalone.telling import Refused
from tests.core.evidence.pack_scene import WITNESS, anchor, draft, salt, texts
from tests.core.evidence.packing import canonical, hexed, signed, zipped
from tests.tamper.prey import faults, prey


@pytest.fixture(scope="module")
def made():
    return draft()


@pytest.fixture
def verified(tmp_path, capsys):
    """Run the verifier on the pack; exit code and lines."""

    def run(content, *options):
        file = tmp_path / "pack.zip"
        file.write_bytes(content)
        code = main([str(file), *map(str, options)])
        said = capsys.readouterr()
        return code, (said.out + said.err).splitlines()

    return run


@pytest.fixture
def pack(made):
    return zipped(made.packed())


def value(lines, name):
    return [line[16:] for line in lines if line.startswith(f"{name} ")]


def test_a_sound_pack_is_told_of_in_words(verified, pack, made):
    code, lines = verified(pack, "--log", made.log.name)
    assert (code, lines[-1]) == (0, "VERIFIED")
    assert value(lines, "about") == ["change_request 12 C12 no telnet"]
    assert value(lines, "log") == [f"{made.log.name} (as --log says)"]
    assert value(lines, "persons") == [
        '3, 1 erased: Ada Łukasz (ada), Bo "the" Ng (bo), Cy 🦊 Fox (cy)'
    ]
    [plan] = value(lines, "plan")
    assert plan.endswith(
        '(in the pack) approved by Bo "the" Ng (bo), Cy 🦊 Fox (cy); taken by run 1'
    )
    assert value(lines, "executions") == ["2 with 19 events"]
    assert value(lines, "configurations") == ["3, 7 secrets hidden, each in its place"]
    assert value(lines, "signed only")[0].startswith("README.txt, report.html, report.pdf,")


def test_a_pack_without_anchors_says_what_that_means(verified):
    bare = draft()
    bare.anchors.clear()
    code, lines = verified(zipped(bare.packed()))
    assert code == 0
    assert value(lines, "laid down")[0].startswith("none: who had both the log's key")


def test_records_are_told_with_names_in_place_of_commitments(verified, pack):
    _, lines = verified(pack, "--records")
    assert "record 0: 2026-11-24T12:00:00.000000+00:00 olga device.added device edge-1" in lines
    [asked] = [line for line in lines if "change.requested" in line]
    assert "Ada Łukasz (ada) as Lead change.requested change_request C12" in asked


def test_the_outcome_is_json_for_programs(verified, pack):
    code, [line] = verified(pack, "--json")
    told = json.loads(line)
    assert (code, told["verified"], told["faults"], told["more_faults"]) == (0, True, [], 0)
    assert told["format"] == "trimtab-verification/1"


def test_the_witness_key_is_the_one_that_the_witness_told(verified, pack):
    code, lines = verified(pack, "--witness-key", WITNESS.id)
    assert (code, "(as --witness-key says)" in value(lines, "laid down")[1]) == (0, True)
    code, lines = verified(pack, "--witness-key", "ab" * 32)
    assert (code, lines[-1]) == (1, "REFUSED")
    assert any("which is not of --witness-key" in line for line in lines)


def test_what_a_configuration_hides_can_be_opened(verified, pack):
    digest = hexed(texts(1)[0].encode())
    one = f"{digest[:9]}:1"
    code, lines = verified(pack, "--open", one, salt("1 1").hex(), "public1")
    fits = [f"number 1 of configuration {digest} is what --open says"]
    assert (code, value(lines, "opened")) == (0, fits)
    code, lines = verified(pack, "--open", one, salt("1 1").hex(), "public2")
    wrong = f"REFUSED: altered: what {digest} hides as number 1 is not what --open says"
    assert (code, wrong in lines, value(lines, "opened")) == (1, True, [])


def test_an_opening_that_is_about_nothing_here_is_a_wrong_call(verified, pack):
    digest = hexed(texts(1)[0].encode())
    for which, why in (
        ("2", "--open names several configurations: put DIGEST: before the number, of "),
        ("ffff:2", "--open names nothing that the pack hides"),
        (f"{digest[:9]}:9", f"configuration {digest} hides 2 parts, and no number 9"),
    ):
        code, [line] = verified(pack, "--open", which, salt("1 2").hex(), "s3cret")
        assert (code, line.startswith(f"nothing was judged: {why}")) == (2, True), line
    code, [line] = verified(pack, "--open", "2", "aa", "s3cret")
    assert (code, "SALT of --open is not 32 bytes" in line) == (2, True)


def test_what_an_auditor_kept_of_heads_has_to_fit(verified, pack, made, tmp_path):
    file = tmp_path / "heads"
    file.write_text("".join(json.dumps(made.log.head(size)) + "\n" for size in made.log.sizes))
    code, lines = verified(pack, "--anchors", file)
    assert (code, "anchors: 2 fit, 0 of other logs; 2 are of other sizes" in lines[0]) == (0, True)
    export = tmp_path / "audit.ndjson"
    export.write_bytes(b"".join(line + b"\n" for line in made.log.contents))
    code, lines = verified(pack, "--anchors", file, "--export", export)
    assert code == 0
    assert (
        lines[1]
        == f"export: {len(made.log.contents)} records, 4 roots fit, 0 records after the last"
    )
    export.write_bytes(export.read_bytes().replace(b'"sum":7', b'"sum":8', 1))
    code, lines = verified(pack, "--anchors", file, "--export", export)
    assert (code, any("exported are not those signed" in line for line in lines)) == (1, True)


def test_what_was_laid_down_may_be_no_json(verified, pack, tmp_path):
    file = tmp_path / "heads"
    file.write_bytes(b"\xff\xfe\n" + b"[" * 200_000 + b"\n{}\n")
    code, lines = verified(pack, "--anchors", file)
    assert (code, sum("heads:" in line for line in lines)) == (1, 3)


def test_a_hostile_label_steers_no_terminal(verified, made):
    subject = {"type": "device", "id": "1", "label": "\x1b[2Jx\u202e\ny" + "z" * 9999}
    content = signed(made.packed(), made.log, made.size, subject)
    code, lines = verified(zipped(content))
    assert code == 0
    assert value(lines, "about")[0].startswith("device 1 ?[2Jx??y")
    assert len(value(lines, "about")[0]) < 500


HOSTILE = {
    "deep": b"[" * 100_000, "deep objects": b'{"a":' * 100_000,
    "not a number": b'{"format":NaN}', "infinite": b'{"format":1e999}',
    "huge": b'{"format":' + b"9" * 5000 + b"}", "twice": b'{"format":1,"format":2}',
    "no UTF-8": b'{"format":"\xff"}', "half a pair": b'{"format":"\\ud800"}', "null": b"null",
    "nothing": b"", "list": b"[]", "other": b'{"format":"trimtab-pack/9"}',
}  # fmt: skip


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "evidence.json", "persons.json"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_json_is_refused_in_words(made, tmp_path, name, hostile):
    files = made.packed() | {name: HOSTILE[hostile]}
    if name in ("evidence.json", "persons.json"):
        files = signed(files, made.log, made.size, made.subject)
    found = faults(zipped(files), tmp_path, ())
    assert found
    assert not any("Error)" in one["what"] for one in found)


def test_records_that_are_hostile_are_refused_in_words(made, tmp_path):
    """Deep facts and odd shapes, in the tree of a log whose owner is hostile."""
    base = json.loads(made.log.contents[0])
    odd = [
        b"null", b"{}", b'{"format":3}', b'{"format":2}', canonical(base | {"facts": []}),
        canonical(base | {"facts": 7}), canonical(base | {"subject": None}),
        canonical(base | {"actor": {"kind": "person", "id": 1, "name": None}}),
        canonical(base | {"action": "execution.event"}),
        canonical(base | {"action": "execution.event", "facts": {"number": -1}}),
        canonical(base | {"state": [1]}), canonical(base | {"acting_for": {"post": 1}}),
        b'{"format":2,"facts":' + b'{"a":' * 500 + b"1" + b"}" * 501,
    ]  # fmt: skip
    for content in odd:
        hostile = draft()
        hostile.log = hostile.log.rewritten(0, content)
        hostile.anchors.clear()
        found = faults(zipped(hostile.packed()), tmp_path, ("--records",))
        assert not any("Error)" in one["what"] for one in found)


def test_receipts_that_are_hostile_are_refused_in_words(made, tmp_path):
    for receipt in (
        '{"what":"trimtab witness"}', '{"what":"rfc3161"}', '{"what":"rfc3161","token":"*"}',
        '{"what":"rfc3161","token":"MAA="}', '{"what":"trimtab witness","public_key":7}',
        "[" * 10_000, "",
    ):  # fmt: skip
        hostile = draft()
        hostile.anchors = [anchor("witness:x", made.size, receipt)]
        found = faults(zipped(hostile.packed()), tmp_path, ())
        assert found
        assert not any("Error)" in one["what"] for one in found)


def test_random_bytes_are_refused_in_words(tmp_path):
    """Bytes thrown over the zip in many places, and zips of nothing but noise."""
    draw = Random(11)  # noqa: S311 - not for secrets
    whole = zipped(prey(draw, tmp_path).files)
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 40)):
            place = draw.randrange(len(content))
            content[place : place + draw.randint(0, 9)] = draw.randbytes(draw.randint(0, 9))
        found = faults(bytes(content), tmp_path, ())
        assert found
        assert not any("Error)" in one["what"] for one in found)


def test_a_bomb_is_refused_before_it_is_unpacked(made, tmp_path):
    files = made.packed() | {"report.pdf": bytes(40 << 20)}
    content = zipped(signed(files, made.log, made.size, made.subject))
    assert len(content) < 1 << 20
    [found] = faults(content, tmp_path, ("--most-mib", "30"))
    assert found["what"] == "the members have more than 30 MiB: see --most-mib"


def test_a_member_that_is_longer_than_it_says_is_refused(made, tmp_path):
    """The directory and the header both claim less than the stream gives."""
    content = bytearray(zipped(made.packed()))
    size = len(made.packed()["README.txt"]).to_bytes(4, "little")
    for place in (content.index(b"README.txt") - 8, content.rindex(b"README.txt") - 22):
        assert content[place : place + 4] == size
        content[place : place + 4] = (3).to_bytes(4, "little")
    found = faults(bytes(content), tmp_path, ())
    assert found[0]["what"] == "README.txt is longer than the zip says"


@pytest.mark.slow
def test_a_pack_may_have_more_members_than_an_old_zip_can():
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as pack:
        for number in range(65_600):
            entry = ZipInfo(f"states/{number:06}.json", (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = 0o100644 << 16, 3
            pack.writestr(entry, b"")
    assert len(Container(target, 1).entries) == 65_600
    for place in (5, 30, 60, 90):
        content = bytearray(target.getvalue())
        content[-place] ^= 255
        with pytest.raises(Refused):
            Container(io.BytesIO(bytes(content)), 1)


def test_a_name_that_no_log_can_have_is_a_wrong_call(verified, pack):
    code, [line] = verified(pack, "--log", "ff00")
    assert (code, "--log is not 32 bytes in lower-case hexadecimal" in line) == (2, True)


def test_a_log_of_another_name_is_refused(verified, pack):
    code, lines = verified(pack, "--log", "ff" * 32)
    assert (code, lines[-1]) == (1, "REFUSED")
    assert any(line.startswith("REFUSED: wrong signature: the log is") for line in lines)


@pytest.mark.parametrize("place", ["nowhere.zip", "."])
def test_what_cannot_be_read_is_told(tmp_path, capsys, place):
    code = main([str(tmp_path / place)])
    assert (code, "cannot be read" in capsys.readouterr().err) == (2, True)


def test_a_record_past_the_packs_head_is_told(made, tmp_path):
    """A record of later times, slipped into a pack that says nothing of them."""
    later = draft()
    last = later.log.sizes[-2]
    told = later.evidence()
    told["records"].append(later.log.proof(later.size + 1, last))
    files = later.files | {"evidence.json": canonical(told)}
    found = faults(zipped(signed(files, later.log, later.size, later.subject)), tmp_path, ())
    assert [one["what"] for one in found] == [f"record {made.size + 1} is past the pack's own head"]


def test_a_number_of_a_hidden_part_is_one(verified, pack):
    for which in ("x", "", "1.0", "²"):
        code, lines = verified(pack, "--open", which, salt("1 1").hex(), "public1")
        assert (code, "--open begins with the number" in lines[0]) == (2, True)
