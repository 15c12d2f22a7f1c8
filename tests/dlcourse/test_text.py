"""Facts about texts: where they come from, a rival by counting, tasks that need a memory."""

import numpy as np
import pytest
from dlcourse import text


def test_the_documentation_is_plain_english_of_some_length():
    whole = text.documentation()

    assert len(whole) > 250_000
    assert whole.isascii()
    assert all(letter == "\n" or letter.isprintable() for letter in whole)
    assert "  " not in whole


def test_the_documentation_quotes_a_lot():
    is_open = text.inside_quotes(text.documentation())

    assert 0.03 < is_open.mean() < 0.5


def test_a_quotation_is_open_from_its_first_mark_to_its_second():
    assert text.inside_quotes('a "b" c').astype(int).tolist() == [0, 0, 1, 1, 0, 0, 0]


def test_a_quotation_ends_with_its_paragraph():
    assert text.inside_quotes('"a\n\nb').astype(int).tolist() == [1, 1, 1, 0, 0]


def test_a_table_without_counts_guesses_blindly():
    learn, judge = np.arange(8), np.array([3, 3, 3, 3])

    assert text.ngram_bits(learn, judge, 1) == pytest.approx(3)


def test_one_character_gives_the_next_away():
    learn = np.tile([0, 1, 2, 3], 200)

    alone, pairs = (text.ngram_bits(learn, learn, order) for order in (1, 2))

    assert alone == pytest.approx(2, abs=0.02)
    assert pairs < 0.05


def test_longer_contexts_help_until_they_are_too_rare():
    letters = np.frombuffer(text.documentation()[:60_000].encode(), dtype=np.uint8)
    learn, judge = letters[:50_000], letters[50_000:]

    bits = [text.ngram_bits(learn, judge, order) for order in (1, 2, 3, 9)]

    assert bits[0] > bits[1] > bits[2]
    assert bits[3] < bits[1]


def test_counts_by_hand():
    # After 0 came 1 twice; 0 and 1 are as frequent as each other, except for the last 0.
    learn, judge = [0, 1, 0, 1, 0], [0, 1, 1]
    alone = [(2 + 2 * 0.5) / (5 + 2), (3 + 2 * 0.5) / (5 + 2)]  # of 1, of 0: 2 kinds were seen
    after_0 = (2 + 1 * alone[0]) / (2 + 1)
    after_1 = (0 + 1 * alone[0]) / (2 + 1)

    bits = text.ngram_bits(learn, judge, 2)

    assert bits == pytest.approx(-np.log2([after_0, after_1]).mean())


@pytest.mark.parametrize("order", [0, 4])
def test_an_order_that_makes_no_sense_is_refused(order):
    with pytest.raises(ValueError, match="order of at least 1"):
        text.ngram_bits([0, 1, 0, 1, 0], [0, 1, 0], order)


def test_a_copy_task_asks_for_its_first_symbol():
    sequences, answers = text.copy_task(50, gap=7, seed=1)

    assert sequences.shape == (50, 9)
    assert np.array_equal(sequences[:, 0], answers)
    assert set(sequences[:, 1:-1].ravel()) == {4, 5, 6, 7}
    assert set(sequences[:, -1]) == {8}


def test_every_line_of_brackets_is_balanced():
    for line in text.brackets(100, 31, seed=2).splitlines():
        waiting = []
        for letter in line:
            if letter in "([":
                waiting.append({"(": ")", "[": "]"}[letter])
            elif letter in ")]":
                assert letter == waiting.pop()
        assert not waiting
        assert len(line) == 31


def test_both_quotation_marks_open_and_the_same_one_closes():
    lines = text.quotes(100, 40, seed=3).splitlines()

    assert {len(line) for line in lines} == {40}
    for line in lines:
        marks = [letter for letter in line if letter in "\"'"]
        assert all(a == b for a, b in zip(marks[::2], marks[1::2], strict=False))
    assert '"' in "".join(lines)
    assert "'" in "".join(lines)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda seed: text.brackets(5, 20, seed=seed), id="brackets"),
        pytest.param(lambda seed: text.quotes(5, 20, seed=seed), id="quotes"),
        pytest.param(lambda seed: text.copy_task(9, 9, seed=seed)[0].tolist(), id="copy task"),
    ],
)
def test_made_sequences_depend_on_the_seed_and_on_nothing_else(make):
    assert make(1) == make(1)
    assert make(1) != make(2)


class Last:
    """Says, at every place, the character that it has read there, as a logit."""

    def predict_on_batch(self, ids):
        self.shape = ids.shape
        return np.eye(5)[ids]


def test_the_next_logits_are_those_after_the_last_character():
    model = Last()
    ask = text.next_logits(model, window=4)

    said = [int(ask(ids).argmax()) for ids in ([3], [1, 2], [0, 1, 2, 3, 4, 2])]

    assert said == [3, 2, 2]
    assert model.shape == (1, 4)
