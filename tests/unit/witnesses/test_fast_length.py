"""The lengths of transforms are those that scipy would choose, without scipy."""

from scipy.fft import next_fast_len

from pipeline.recognition.tallies.evidence import fast_length


def test_lengths_are_those_of_scipy() -> None:
    assert [fast_length(count) for count in range(1, 1200)] == [
        int(next_fast_len(count, real=True)) for count in range(1, 1200)
    ]
