import os
from types import SimpleNamespace

import pytest

from toolkit.models import machine
from toolkit.models.machine import (
    free_bytes,
    llamacpp_fault,
    memory_bytes,
    openvino_fault,
    usable_memory,
)


@pytest.fixture
def on(monkeypatch):
    """A machine of this kind whose processor has these features."""

    def be(kind, features, *, installed=True):
        monkeypatch.setattr(machine, "find_spec", lambda name: name if installed else None)
        monkeypatch.setattr(machine.platform, "machine", lambda: kind)
        known = (
            SimpleNamespace() if features is None else SimpleNamespace(__cpu_features__=features)
        )
        monkeypatch.setattr(machine, "import_module", lambda name: known)

    return be


@pytest.mark.parametrize(
    ("kind", "features", "said"),
    [
        ("x86_64", {"AVX2": True}, ""),
        ("x86_64", {"AVX2": False}, "the processor lacks AVX2"),
        ("AMD64", {"AVX2": False}, "the processor lacks AVX2"),
        ("arm64", {"AVX2": False}, ""),
        ("x86_64", {}, ""),
        ("x86_64", None, ""),
    ],
)
def test_a_processor_that_is_too_old_is_named(on, kind, features, said):
    on(kind, features)
    assert openvino_fault() == said


def test_a_package_that_is_not_there_is_named(on):
    on("x86_64", {"AVX2": True}, installed=False)
    assert openvino_fault() == "the package openvino-genai is not installed"


def test_a_numpy_that_hides_its_features_is_taken_to_have_them(on, monkeypatch):
    on("x86_64", {"AVX2": False})

    def hidden(name):
        raise ImportError(name)

    monkeypatch.setattr(machine, "import_module", hidden)
    assert openvino_fault() == ""


def test_memory_is_that_of_the_whole_machine_where_the_system_says_it(monkeypatch):
    monkeypatch.setattr(machine, "CONTAINER_LIMITS", ())
    known = {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(os, "sysconf_names", known, raising=False)
    monkeypatch.setattr(os, "sysconf", known.get, raising=False)
    assert memory_bytes() == 4_096_000
    monkeypatch.delattr(os, "sysconf")
    assert memory_bytes() == 0


def test_a_container_has_no_more_memory_than_its_limit(monkeypatch, tmp_path):
    limits = [tmp_path / name for name in ("none", "max", "limit")]
    limits[1].write_text("max\n", "ascii")
    monkeypatch.setattr(machine, "CONTAINER_LIMITS", limits[:2])
    assert memory_bytes() > 1_000_000
    limits[2].write_text("1000000\n", "ascii")
    monkeypatch.setattr(machine, "CONTAINER_LIMITS", limits)
    assert memory_bytes() == 1_000_000
    assert usable_memory() == 800_000
    assert usable_memory(7) == 7_000_000


def test_room_is_that_of_the_disk_that_a_folder_will_be_on(tmp_path):
    here, later = free_bytes(tmp_path), free_bytes(tmp_path / "not/yet/there")
    assert here > 0
    assert later == pytest.approx(here, rel=0.05)


def test_without_its_extra_llamacpp_can_not_run(on):
    on("x86_64", None)
    assert llamacpp_fault() == ""
    on("x86_64", None, installed=False)
    assert llamacpp_fault() == "the package xllamacpp is not installed"
