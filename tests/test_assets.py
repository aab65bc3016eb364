from toolkit import assets
from toolkit.assets import asset_folder


def test_an_installed_package_has_its_own_assets_and_a_checkout_those_beside_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(assets, "PACKAGE", tmp_path / "toolkit")
    assert asset_folder("seeds") == tmp_path / "seeds"
    inside = tmp_path / "toolkit/_assets/seeds"
    inside.mkdir(parents=True)
    assert asset_folder("seeds") == inside
    assert asset_folder("eval") == tmp_path / "eval"
