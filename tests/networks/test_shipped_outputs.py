"""The shipped weights are those that were trained, and say what they said.

Three figures, taken before the files were packed again under the field's names:

- the SHA-256 of every tensor's bytes, in the networks' order: exact on every machine;
- some of the outputs, with a tolerance, as another processor adds in another order;
- and the outputs by `written_out`, which knows no names, on this machine, to the bit.
"""

from hashlib import sha256

import pytest
import torch
from torch.testing import assert_close

from companion.tasks import shipped
from companion.training import names
from tests.networks import written_out

# name: SHA-256 of the tensors; of each output, entries at even distances
BEFORE = {
    "digits-classifier": (
        "b66c0480124fb547921ecaa368b4d2a1f011388c3b11d399df960b1f20b11933",
        [
            ("-0x1.8f4b8p-8", "-0x1.186376p-1", "0x1.239ac2p+0", "-0x1.d8bb36p-1"),
        ],
    ),
    "digits-eps": (
        "399b4cbb4ea749f00dc5b490722bf35467ea7fd60a6a051214764ecb8cd66bc9",
        [
            ("-0x1.80718cp+2", "0x1.018f52p+1", "0x1.99e886p-2", "-0x1.f2a774p-3"),
        ],
    ),
    "digits-v": (
        "d1503f24d0c834172edff9b439f7d8a7b88b4ccf9101a93dc1676933b76b34b8",
        [
            ("-0x1.5c7572p+0", "0x1.ad9bp+0", "0x1.0ce5a8p+0", "0x1.7f7f1ap-1"),
        ],
    ),
    "digits-x0": (
        "7f3b1cd2ec013452a74e699691d4aeefe19cc21b37c3a85d99ca0ad74dd9be27",
        [
            ("-0x1.ff5488p-1", "-0x1.d38372p-5", "-0x1.0618e8p+0", "-0x1.fc1efcp-1"),
        ],
    ),
    "photo-features": (
        "b315891ad4e6a3732f69f6a97f5e7e8bf41eb9cfbb1f9f95dfeeee3404bf0d49",
        [
            ("0x1.156f52p+1", "-0x1.cbb19p-3", "-0x1.d2064cp-4", "-0x1.d77bb2p-11"),
            ("-0x1.10395p-4", "0x1.b66a26p-7", "-0x1.7b754p-4", "0x1.dae18ap-3"),
            ("-0x1.c6d88ap-5", "-0x1.b32e9cp-3", "-0x1.bba492p-5", "-0x1.1a9b2ap-2"),
            ("-0x1.e1b836p-5", "-0x1.ddde0ep-2", "-0x1.d651fep-5", "-0x1.fe05fep-2"),
        ],
    ),
    "evaluation-features": (
        "d2d8dde87276bb86ba61d7183b3685ffa7b60638fabf09201a4493be7cedd773",
        [
            ("0x1.28ada8p+0", "0x1.4540a8p-3", "0x1.974e6p+1", "-0x1.1cd76ep-2"),
            ("-0x1.0baa4p-2", "0x1.17cd22p-2", "-0x1.199104p-2", "-0x1.8a04bep-3"),
            ("-0x1.596d32p-4", "-0x1.e76e42p-4", "-0x1.650452p-4", "-0x1.414a1p-4"),
            ("-0x1.40d418p-4", "-0x1.ad756cp-3", "-0x1.c08c58p-5", "-0x1.e6d76cp-3"),
        ],
    ),
    "photos-kl-gan": (
        "389420764387868cd35f0052d913c207245a6a575d8f1271950669421e3a8f40",
        [
            ("0x1.25914ep-2", "0x1.1bbc5ap-2", "-0x1.91c93cp-5", "-0x1.15e62cp-2"),
            ("-0x1.9db106p-6", "0x1.c6b3c6p-5", "-0x1.ec22b8p-4", "0x1.24b2fap-5"),
        ],
    ),
    "photos-kl": (
        "cc58a85b2b05e6f390eeb2e90d8a11a2b2ba0ab1112c1584404c4a8df3b9e30b",
        [
            ("0x1.a42198p-4", "0x1.00eaa6p-2", "-0x1.16b03cp-2", "-0x1.3dc34ap-3"),
            ("0x1.0c592cp-8", "0x1.e13872p-4", "-0x1.da7862p-5", "0x1.2098aep-5"),
        ],
    ),
    "photos-vq-gan": (
        "9372b986ab5b674275b46c04a84fba2aa4d840c3b8c4a805696cba29dc9b5d54",
        [
            ("-0x1.cdc6fp-2", "0x1.07142ap-2", "0x1.cbd6c4p-9", "0x1.446044p-3"),
            ("0x1.af71acp-6", "-0x1.4228bcp-5", "-0x1.01533cp-4", "0x1.199e9ap-6"),
        ],
    ),
    "photos-vq": (
        "04e1bd02cd0bca6db02d5c40d750b933e7ee009cf6432eebede4aba89dfe3975",
        [
            ("-0x1.086ebap-1", "0x1.a46ea4p-5", "-0x1.817a0ap-3", "0x1.0aa3fep-2"),
            ("-0x1.16fd8p-6", "0x1.0066cp-8", "-0x1.426e7cp-5", "-0x1.71c1e8p-7"),
        ],
    ),
}


def image(*shape):
    """Numbers in -1..1 that are the same on every machine."""
    n = torch.Size(shape).numel()
    return ((torch.arange(n) * 37 % 101).float() / 50 - 1).reshape(shape)


DIGITS, PHOTOS, TIMES = image(2, 1, 8, 8), image(2, 3, 32, 32), torch.tensor([1, 700])


def network_of(name):
    return shipped(name).network


@torch.no_grad()
def outputs(name, network):
    """What it says of the same input, tensor by tensor."""
    if name == "digits-classifier":
        return [network(DIGITS)]
    if name.startswith("digits"):
        return [network(DIGITS, TIMES)]
    if name.startswith("photos"):
        recon, latent = network(PHOTOS)
        return [latent.z, recon]
    return [*network(PHOTOS), network.pooled(PHOTOS)]


@torch.no_grad()
def by_hand(name, network):
    values = network.state_dict().values()
    if name == "digits-classifier":
        return [written_out.of_classifier(values, DIGITS)]
    if name.startswith("digits"):
        return [written_out.of_digits(values, DIGITS, TIMES)]
    if name.startswith("photos"):
        return [*written_out.of_photos(values, PHOTOS)]
    return [*written_out.of_features(values, PHOTOS)]


def some(output):
    return output.flatten()[:: output.numel() // 4][:4]


def digest(network):
    """Of all tensors of a network, in its order: dtype, shape and bytes, and no name."""
    found = sha256()
    for tensor in network.state_dict().values():
        found.update(f"{tensor.dtype} {tuple(tensor.shape)}".encode())
        found.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


AFTERWARDS = {  # never packed under other names
    "digits-class",
    "scenes-dit",
    "scenes-inpaint",
    "scenes-kl",
    "scenes-layout",
    "scenes-upscale",
    "scenes-words",
}


def test_every_file_that_was_packed_again_has_its_figures():
    assert {*names()} - AFTERWARDS == {*BEFORE}


@pytest.mark.parametrize("name", BEFORE)
def test_the_tensors_are_the_very_bytes_of_before(name):
    assert digest(network_of(name)) == BEFORE[name][0]


@pytest.mark.parametrize("name", BEFORE)
def test_the_outputs_are_those_of_before(name):
    found = outputs(name, network_of(name))
    for output, expected in zip(found, BEFORE[name][1], strict=True):
        expected = torch.tensor([float.fromhex(number) for number in expected])
        assert_close(some(output), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", BEFORE)
def test_they_are_to_the_bit_what_the_tensors_give_in_their_order(name):
    network = network_of(name)
    for output, expected in zip(outputs(name, network), by_hand(name, network), strict=True):
        assert torch.equal(output, expected)
