"""What the exercises of chapter 3.1 say, against the network and against torch's own gradients."""

import torch
from torch import nn
from torch.testing import assert_close

from companion.exercises.chapter_3_1 import missing_position
from companion.exercises.chapter_3_1.adaln_zero import EXERCISE as ADALN
from companion.exercises.chapter_3_1.adaln_zero import gated_block
from companion.exercises.chapter_3_1.first_gradients import gradient_of_embedding
from companion.exercises.chapter_3_1.half_the_patch import times_dearer
from companion.exercises.chapter_3_1.mislaid import GRID, LETTERS, MARKED, nearness, tables
from companion.exercises.chapter_3_1.missing_position import OPTIONS, which_tables
from companion.exercises.chapter_3_1.patches_and_back import image_of_tokens
from companion.networks.dit_blocks import AdaLNZeroBlock
from companion.networks.patches import patchify


def test_tokens_with_channels_last_are_the_books_own_in_another_order():
    x = torch.randn(2, 3, 4, 10)
    tokens = patchify(x, (2, 2)).unflatten(2, (3, 4)).mT.flatten(2)
    assert_close(image_of_tokens(tokens, 2, 3, 4, 10), x, rtol=0, atol=0)


def test_the_class_learns_at_the_second_step_what_torch_says():
    h, r, kappa = 0.7, -1.3, 0.2
    parts = [torch.tensor(value, dtype=torch.float64) for value in (0.0, 1.1, 0.8)]
    found = []
    for _ in range(2):
        W, c, w = (part.detach().requires_grad_() for part in parts)
        grads = torch.autograd.grad((h + W * c * w * h - r) ** 2 / 2, (W, c, w))
        parts = [part - kappa * grad for part, grad in zip((W, c, w), grads, strict=True)]
        found.append(grads[1].item())
    assert found[0] == 0
    assert abs(found[1] - gradient_of_embedding(h, r, 1.1, 0.8, kappa)) < 1e-12


def test_a_block_has_twelve_squares_of_weights_for_each_token():
    D, block = 24, AdaLNZeroBlock(24, 4)
    layers = [m for m in block.modules() if isinstance(m, nn.Linear) and m is not block.modulation]
    assert sum(m.weight.numel() for m in layers) == 12 * D**2
    assert 7.68 < times_dearer() < 7.70
    assert 4 < times_dearer(N=4) < 4.05 < 15.9 < times_dearer(N=10**6) < 16
    pairs = [2 * N**2 / (12 * N * 384 + 2 * N**2) for N in (1024, 4096)]
    assert 0.29 < pairs[0] < 0.32 and 0.6 < pairs[1] < 0.65  # "three tenths", "six tenths"
    assert block.modulation.weight.numel() / (12 * 1024 * D**2) < 1e-3


def test_two_faults_of_the_block_hide_each_other_at_the_start():
    h, emb = torch.randn(2, 3, 4).double(), torch.randn(2, 4).double()
    zeros, weight = torch.zeros(4, 12).double(), torch.randn(4, 4).double()
    names = {}
    exec(ADALN.stub, names)
    only_gate = ADALN.stub.replace("(1 + gate)", "gate")
    assert only_gate != ADALN.stub
    for block in (names["block"], gated_block):
        assert_close(block(h, emb, zeros, weight), h, rtol=0, atol=0)
    exec(only_gate, names)
    for block, moves in ((names["block"], False), (gated_block, True)):
        modulation = zeros.clone().requires_grad_()
        block(h, emb, modulation, weight).square().sum().backward()
        assert bool(modulation.grad.any()) == moves


def test_each_table_is_found_out_and_no_right_one_is_accused(monkeypatch):
    every = tables()
    assert {*every} == {*OPTIONS} and {*LETTERS.values()} < {*OPTIONS}
    assert which_tables() == "".join(LETTERS.values())
    monkeypatch.setattr(missing_position, "mislaid", tables)
    assert which_tables() == "".join(every)
    for letter, table in every.items():
        assert table.shape == (GRID[0] * GRID[1], 16)
        others = [one for name, one in every.items() if name != letter]
        assert min((one - table).abs().max() for one in others) > 0.5


def test_a_picture_is_black_where_it_is_marked():
    for pictures in nearness().values():
        assert pictures.shape[:2] == (len(MARKED), 1)
        small = pictures[:, 0, 5 + 4 : -5 : 8, 5 + 4 : -5 : 8]  # the middle of each place
        assert small.shape[1:] == GRID and small.max() == 1
        for (row, column), picture in zip(MARKED, small, strict=True):
            assert picture[row, column] == -1
