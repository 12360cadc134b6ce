"""Networks compile in one piece: nothing in a forward pass waits for a number.

The backends need no compiler on the machine; `fullgraph=True` fails at the first break.
"""

import pytest
import torch
from torch.testing import assert_close

from companion.autoencoder import (
    KL,
    VQ,
    Autoencoder,
    Decoder,
    Encoder,
    FeatureNet,
    Identity,
    PatchDiscriminator,
    SkipAutoencoder,
)
from companion.networks import DiT, ImageDecoder, ImageEncoder, JointBlock, UNet
from companion.networks.conditions import ClassCondition, WordCondition
from tests.networks.test_networks import awake


@pytest.fixture(autouse=True)
def _fresh():
    torch.compiler.reset()
    yield
    torch.compiler.reset()


def image(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


PHOTOS = image(2, 3, 16, 16)


def autoencoder(bottleneck, kind=Autoencoder):
    sizes = {"width": 8, "attention": (1,)}
    encoder = Encoder(latent=bottleneck.channels_in, **sizes)
    return kind(encoder, bottleneck, Decoder(latent=bottleneck.channels, **sizes)).eval()


NETWORKS = {
    "unet": (
        lambda: UNet(3, 8, (1, 2), attention=(1,)),
        (image(2, 3, 8, 8), torch.tensor([1, 700])),
    ),
    "unet that is told words": (
        lambda: UNet(3, 8, (1, 2), attention=(1,), condition=WordCondition(6, 4, 8, depth=1)),
        (image(2, 3, 8, 8), torch.tensor([1, 700]), torch.tensor([[1, 2, 0, 0], [0, 0, 0, 0]])),
    ),
    "dit": (
        lambda: DiT(3, 16, 2, 2, condition=ClassCondition(4, 8)),
        (image(2, 3, 8, 8), torch.tensor([1, 700]), torch.tensor([0, 4])),
    ),
    "dit that is told words": (
        lambda: DiT(3, 16, 2, 2, block=JointBlock, condition=WordCondition(6, 4, 8, depth=1)),
        (image(2, 3, 8, 8), torch.tensor([1, 700]), torch.tensor([[1, 2, 0, 0], [0, 0, 0, 0]])),
    ),
    "dit of films": (
        lambda: DiT(3, 24, 2, 2, (1, 2, 2)),
        (image(2, 3, 2, 4, 4), torch.tensor([1, 700])),
    ),
    "generator": (lambda: ImageDecoder(latent=5, width=8), (image(2, 5),)),
    "encoder": (lambda: ImageEncoder(7, width=8), (image(2, 1, 8, 8),)),
    "no bottleneck": (lambda: autoencoder(Identity(4)).train(), (PHOTOS,)),
    "kl": (lambda: autoencoder(KL(4)), (PHOTOS,)),
    "kl that draws": (lambda: autoencoder(KL(4)).train(), (PHOTOS,)),
    "vq": (lambda: autoencoder(VQ(8, 4)), (PHOTOS,)),
    "skip": (lambda: autoencoder(KL(4), SkipAutoencoder), (PHOTOS,)),
    "discriminator": (lambda: PatchDiscriminator(width=8), (PHOTOS,)),
    "features": (lambda: FeatureNet((8, 8, 8)), (PHOTOS,)),
}


def first(output):
    """The reconstruction of an autoencoder, the first map of features, or the output."""
    return output if isinstance(output, torch.Tensor) else output[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_forward_pass_is_one_graph(name):
    make, arguments = NETWORKS[name]
    network = awake(make())
    compiled = torch.compile(network, backend="eager", fullgraph=True)
    outputs = []
    for one in (compiled, network):
        torch.manual_seed(0)  # for what is drawn inside
        outputs.append(first(one(*arguments)))
    assert torch.equal(*outputs)


@pytest.mark.parametrize("name", ["unet", "dit", "vq", "discriminator"])
def test_and_so_is_the_pass_back(name):
    make, arguments = NETWORKS[name]
    network = awake(make())
    compiled = torch.compile(network, backend="aot_eager", fullgraph=True)
    slopes = []
    for one in (network, compiled):
        network.zero_grad()
        first(one(*arguments)).square().mean().backward()
        none = torch.zeros(())  # what reaches no loss: a graph says 0 there
        slopes.append([none if p.grad is None else p.grad for p in network.parameters()])
    assert sum(bool(slope.any()) for slope in slopes[0]) > 4
    for eager, graph in zip(*slopes, strict=True):
        assert_close(graph, eager.expand_as(graph), rtol=1e-3, atol=1e-5)


def test_a_wrong_shape_is_refused_there_too():
    compiled = torch.compile(UNet(width=8), backend="eager", fullgraph=True)
    compiled(image(1, 1, 8, 8), torch.tensor([1]))
    with pytest.raises(Exception, match="xt: got"):
        compiled(image(1, 3, 8, 8), torch.tensor([1]))
