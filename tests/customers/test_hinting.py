"""A text read by a dictionary, and what a clause denies (M8). Pure."""

import subprocess
import sys

import pytest

from customers.hinting import Dictionary, topics_in

WORDS = Dictionary([
    ("价格…高", 1), ("太贵", 1), ("price … high", 1), ("expensive", 1), ("培训", 2), ("training", 2), ("培训师", None),
    ("数据安全", 3), ("安全", 4), ("API", 5), ("预算没批", 6), ("price is not the problem", 7), ("custom", 8),
])


@pytest.mark.proves("M8")
@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("价格还是有点高，需要培训", [1, 2]), ("需要培训，也嫌太贵", [2, 1]), ("価格", []),
        ("The PRICE is a bit high", [1]), ("prices are high", [1]), ("priceless and high", []),
        ("价格谈好了。预算高", []),  # an ellipsis does not reach into the next sentence
        ("他们的培训师来了", []), ("培训师走了，还要培训", [2]),  # what is left out covers the shorter word
        ("关心数据安全", [3]), ("关心安全", [4]),  # a longer word wins over one inside it
        ("有没有ＡＰＩ", [5]), ("apis", [5]), ("rapid", []), ("customer", []), ("customs", [8]),
        ("预算没批", [6]), ("price is not the problem", [7]), ("", []), ("…", []),
    ],
)
def test_words_are_found_as_they_stand(text, topics):
    assert topics_in(text, WORDS) == topics


@pytest.mark.proves("M8")
@pytest.mark.parametrize(
    "text",
    [
        "不需要培训", "没提培训", "培训没问题", "培训方面没有问题", "不觉得太贵", "价格不高", "培训已经解决",
        "介绍了我们的培训", "not too expensive", "isn't expensive", "no need for training", "training is not needed",
        "fine with the training", "the price is not high", "they didn't ask about training", "showed our training",
        "training done", "asked about dates; training is fine", "all well, they don't need training",
    ],
)  # fmt: skip
def test_what_is_denied_or_ours_is_not_implied(text):
    assert topics_in(text, WORDS) == []


@pytest.mark.proves("M8")
@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("有没有培训", 2), ("要不要培训", 2), ("没想到太贵了", 1), ("不但太贵", 1), ("要是没有培训就不买", 2),
        ("no time but needs training", 2), ("too busy to look, expensive", 1), ("training and it's done", 2),
        ("if they can't get training they leave", 2), ("没问题，就是太贵", 1),
    ],
)  # fmt: skip
def test_what_only_looks_denied_is_implied(text, topic):
    assert topic in topics_in(text, WORDS)


def test_a_shop_full_of_words_is_read_once_and_their_number_does_not_matter():
    """A long text against many words: what is looked at grows with the text, not with the dictionary."""
    many = Dictionary([(f"词{n}甲", n) for n in range(5_000)] + [("太贵", 9)])
    assert many.size == 5_001 and topics_in("客户说" * 300 + "太贵", many) == [9]


def test_words_are_not_cut_in_a_web_process():
    """rjieba is loaded by whoever cuts words, which is a job: not with the pages, not with the hints (D43)."""
    code = (
        "import django; django.setup(); import salesflow.urls, sys;"
        "from customers.hinting import Dictionary, topics_in;"
        "topics_in('太贵', Dictionary([('太贵', 1)])); print('rjieba' in sys.modules);"
        "from customers.cutting import cut; cut('太贵'); print('rjieba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["False", "True"]
