"""What is missing from a pack is told, with the reason."""

from changes.packs.gone import Gone, missing

TOLD = """\
Records before were archived.
Erased names of persons, whom the records know by commitments: 2.
The database holds other plans than these digests that were signed: abababababababab….
Events of these executions were not records yet and are left out: 7.
The retention removed these configurations; records hold the digests: cdcdcdcdcdcdcdcd….
What is hidden in these configurations cannot be proven any more: efefefefefefefef….
Sign-ins."""


def test_what_is_gone_comes_before_what_is_left_out_by_its_nature():
    gone = Gone(
        left_out=("Sign-ins.",), plans=("ab" * 32,), runs=("7",), texts=("cd" * 32,),
        redactions=("ef" * 32,), erased=2, archived="Records before were archived.",
    )  # fmt: skip
    told = missing(gone).blocks
    assert "\n".join(one.text for one in told) == TOLD
    assert [one.manner for one in told] == [*["warning"] * 6, "quiet"]
