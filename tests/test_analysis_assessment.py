"""What the assessor's judgements rest on: results worked out by hand on the made-up case."""

import pytest
from smallcase import case, emptied, table

from sourcebook.analysis import assessment


@pytest.fixture(scope="module")
def support():
    record = case()
    return assessment.support(record.assessments, record.relations)


def test_each_judgement_has_the_rows_that_bear_on_it(support):
    """L04 supports J01 and L05 undercuts it; nothing bears on J02 and J03."""
    columns = ["id", "supports", "n_supports", "undercuts", "n_undercuts", "contradicts", "n_contradicts"]
    assert list(support[columns].itertuples(index=False, name=None)) == [
        ("J01", "C04", 1, "C05", 1, "", 0), ("J02", "", 0, "", 0, "", 0), ("J03", "", 0, "", 0, "", 0),
    ]  # fmt: skip


def test_several_rows_that_bear_alike_are_all_named_and_answers_do_not_bear():
    relations = table(
        "relations",
        """id|from_id|to_id|relation
        L1|C01|J03|contradicts
        L2|R03|J03|contradicts
        L3|R02|J03|responds_to
        L4|J03|C02|supports""",
    )
    found = assessment.support(case().assessments, relations).set_index("id")
    assert found.loc["J03", ["contradicts", "n_contradicts", "n_supports", "n_undercuts"]].tolist() == [
        "C01, R03",
        2,
        0,
        0,
    ]


def test_only_conclusions_are_weighed_best_supported_first():
    """J01: 1 for; J03: 2 against; J02 is relayed and not weighed."""
    relations = table(
        "relations", "id|from_id|to_id|relation\nL1|C04|J01|supports\nL2|C01|J03|undercuts\nL3|C02|J03|contradicts"
    )
    bars = assessment.bearing(assessment.support(case().assessments, relations))
    assert list(bars[["id", "kind", "rows", "signed", "total"]].itertuples(index=False, name=None)) == [
        ("J01", "contradicts", 0, 0, 1), ("J01", "supports", 1, 1, 1), ("J01", "undercuts", 0, 0, 1),
        ("J03", "contradicts", 1, -1, -2), ("J03", "supports", 0, 0, -2), ("J03", "undercuts", 1, -1, -2),
    ]  # fmt: skip


def test_layers_and_attribution_add_up_to_the_judgements(support):
    layers = assessment.layers(support)
    assert list(layers.itertuples(index=False, name=None)) == [
        ("concluded", "explicit", 1), ("concluded", "implied", 1), ("relayed", "implied", 1),
    ]  # fmt: skip
    assert layers["judgements"].sum() == len(support)


def test_figures_and_the_sentence_made_of_them(support):
    values = assessment.figures(support, "The Institute")
    assert (
        values["n_assessed"] + values["n_claimed"]
        == values["n_explicit"] + values["n_implied"]
        == values["n_judgements"]
        == 3
    )
    assert (values["n_bare"], values["bare_ids"]) == (1, "J03")
    assert (values["n_contested"], values["contested_ids"]) == (1, "J01")
    assert (values["n_unstated"], values["implied_share"]) == (2, "67%")
    assert values["conclusions"] == "J01 1 for, 1 against; J03 0 for, 0 against"
    assert values["finding"] == (
        "The article carries 3 judgements of its assessor, The Institute: 1 relay what was said or done, 2 conclude. Other rows of "
        "the article support 1 of the conclusions and weaken 1; 1 conclusion stands without support. Only 1 of the 3 are ascribed in so many words."
    )


def test_nothing_left_is_a_sentence_and_empty_tables():
    record = emptied(case())
    nothing = assessment.support(record.assessments, record.relations)
    assert nothing.empty and assessment.bearing(nothing).empty and assessment.layers(nothing).empty
    values = assessment.figures(nothing, "The Institute")
    assert (values["n_judgements"], values["bare_ids"], values["implied_share"]) == (0, "none", "n/a")
    assert values["finding"].startswith("The article carries no judgement of its assessor, The Institute")
