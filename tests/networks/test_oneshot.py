"""From numbers to an image and back: shapes, ranges, and what is refused."""

import pytest
import torch

from companion.networks import ImageDecoder, ImageEncoder
from companion.tasks import GANRecipe, VAERecipe
from companion.training import start, train


@pytest.mark.parametrize("size", [2, 8, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_and_numbers_of_it(size, channels):
    generator = ImageDecoder(size, channels, latent=5, width=8)
    images = generator(3 * torch.randn(4, 5))
    assert images.shape == (4, channels, size, size)
    assert images.abs().max() <= 1
    assert ImageEncoder(7, size, channels, width=8)(images).shape == (4, 7)


def test_every_parameter_takes_part():
    generator, reader = ImageDecoder(latent=5, width=8), ImageEncoder(7, width=8)
    for network in (generator, reader):  # the blocks begin at zero
        for parameter in network.parameters():
            parameter.data += 0.1 * torch.randn_like(parameter)
    reader(generator(torch.randn(4, 5))).square().sum().backward()
    both = [*generator.named_parameters(), *reader.named_parameters()]
    assert [name for name, p in both if not p.grad.abs().sum() > 0] == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ImageDecoder(size=7), "size: got 7, expected an even number"),
        (lambda: ImageEncoder(1, size=0), "size: got 0, expected an even number"),
        (lambda: ImageDecoder()(torch.randn(2, 3)), r"z: got shape \(2, 3\), expected \(B, 16"),
        (lambda: ImageEncoder(1)(torch.randn(2, 1, 9, 9)), "images: got shape"),
        (lambda: GANRecipe(steps=0), "steps: got 0"),
        (lambda: VAERecipe(latent=0), "latent: got 0"),
        (lambda: VAERecipe(var=0.0), "var: got 0.0, expected"),
        (lambda: VAERecipe(var=10.0), "var: got 10.0, expected"),
        (lambda: run(GANRecipe(), torch.nan), "images: got .* NaN"),
        (lambda: run(VAERecipe(), torch.nan), "images: got .* NaN"),
        (lambda: run(VAERecipe().override(channels=3)), "images: got shape"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def run(recipe, x=0.0):
    next(train(start(recipe), torch.full((4, 1, 8, 8), x)))
