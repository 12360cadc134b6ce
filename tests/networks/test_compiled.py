"""Networks compile in one piece: nothing in a forward pass waits for a number.

The backends need no compiler on the machine; `fullgraph=True` fails at the first break.
"""

import pytest
import torch
from torch.testing import assert_close

from companion.networks import ImageDecoder, ImageEncoder, UNet
from tests.networks.test_networks import awake


@pytest.fixture(autouse=True)
def _fresh():
    torch.compiler.reset()
    yield
    torch.compiler.reset()


def image(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


NETWORKS = {
    "unet": (
        lambda: UNet(3, 8, (1, 2, 2), blocks=2, attention=(1, 2)),
        (image(2, 3, 8, 8), torch.tensor([1, 700])),
    ),
    "generator": (lambda: ImageDecoder(latent=5, width=8), (image(2, 5),)),
    "encoder": (lambda: ImageEncoder(7, width=8), (image(2, 1, 8, 8),)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_forward_pass_is_one_graph(name):
    make, arguments = NETWORKS[name]
    network = awake(make())
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    assert torch.equal(compiled(*arguments), network(*arguments))


@pytest.mark.parametrize("name", NETWORKS)
def test_and_so_is_the_pass_back(name):
    make, arguments = NETWORKS[name]
    network = awake(make())
    compiled = torch.compile(network, backend="aot_eager", fullgraph=True)
    slopes = []
    for one in (network, compiled):
        network.zero_grad()
        one(*arguments).square().mean().backward()
        slopes.append([p.grad.clone() for p in network.parameters()])
    for eager, graph in zip(*slopes, strict=True):
        assert_close(graph, eager, rtol=1e-4, atol=1e-5)


def test_a_wrong_shape_is_refused_there_too():
    compiled = torch.compile(UNet(width=8), backend="eager", fullgraph=True)
    compiled(image(1, 1, 8, 8), torch.tensor([1]))
    with pytest.raises(Exception, match="xt: got"):
        compiled(image(1, 3, 8, 8), torch.tensor([1]))
