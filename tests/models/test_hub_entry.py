import pytest

from tests.models.helpers import pull
from tests.models.hub import COMMIT, REPOSITORY, TOKEN, Repository
from toolkit.errors import ModelError, UsageError
from toolkit.models import hub_entry
from toolkit.models.catalogue import find_spec, own_file
from toolkit.models.hub_entry import entry_of_hub
from toolkit.models.own_file import add
from toolkit.models.user_models import entry_of_file, entry_of_folder

PAGE = b"---\nlicense: cc-by-nc-4.0\n---\n# A model\n"
ELSEWHERE = ("id", "description", "publisher", "licence", "measured", "sources")


@pytest.fixture
def put(only_hub):
    """Puts files into the repository, and returns that."""

    def write(files, **options):
        only_hub.repositories[REPOSITORY] = Repository(files, **options)
        return only_hub.repositories[REPOSITORY]

    return write


@pytest.fixture
def marian(tiny):
    """The files of a tiny checkpoint, with what repositories have beside them."""
    files = {path.name: path.read_bytes() for path in tiny("marian").iterdir()}
    return files | {"README.md": PAGE, "tf_model.h5": b"?", "pytorch_model.bin": b"pickled"}


def without(entry, *names):
    return {key: value for key, value in entry.items() if key not in names}


def test_a_checkpoint_of_the_hub_becomes_an_entry_without_its_weights(put, marian, tiny, tmp_path):
    repository = put(marian)
    entry = entry_of_hub("mine", REPOSITORY)
    asked = {name for name, _ in repository.downloads}
    small = {"config.json", "tokenizer_config.json", "generation_config.json", "README.md"}
    assert asked == small
    local = entry_of_folder("mine", tiny("marian"), licence="cc-by-nc-4.0")
    assert without(entry, *ELSEWHERE, "files") == without(local, *ELSEWHERE, "files")
    assert [file for file in entry["files"] if file["name"] == "model.safetensors"] == local[
        "files"
    ]
    assert not any(file["name"] == "pytorch_model.bin" for file in entry["files"])
    assert (entry["publisher"], entry["measured"]) == ("someone", False)
    assert entry["sources"] == [{"kind": "hub", "repository": REPOSITORY, "revision": COMMIT}]
    add(entry)
    assert find_spec("mine").terms == "cc-by-nc-4.0 (no commercial use)"
    assert pull(find_spec("mine"), tmp_path).revision == COMMIT
    other = put(marian | {"model.safetensors": b"other weights"})
    with pytest.raises(ModelError, match="not the file that the catalogue pins"):
        pull(find_spec("mine"), tmp_path / "other")
    assert other.downloads


def test_the_command_prints_the_entry(put, gguf_file, run):
    put({"tiny.gguf": gguf_file.read_bytes()})
    out, err = run("models", "add", "mine", "--hub", REPOSITORY, "--file", "tiny.gguf")
    assert f'[[model.sources]]\nkind = "hub"\nrepository = "{REPOSITORY}"\n' in out
    assert f'revision = "{COMMIT}"\n' in out
    assert "to install it, type: toolkit models pull mine" in err
    assert "sha256: pinned from what others publish" in run("models", "show", "mine")[0]


def test_of_a_gguf_file_on_the_hub_only_the_head_is_fetched(put, gguf_file, tmp_path, monkeypatch):
    from toolkit.models.conversion.gguf import GgufFile

    head = GgufFile(gguf_file).head_bytes
    monkeypatch.setattr(hub_entry, "HEAD_BYTES", head)
    data = gguf_file.read_bytes()
    repository = put({"tiny.gguf": data, "README.md": PAGE})
    sizes, real = [], hub_entry.gguf_entry

    def seen(name, gguf, **facts):
        sizes.append(gguf.path.stat().st_size)
        return real(name, gguf, **facts)

    monkeypatch.setattr(hub_entry, "gguf_entry", seen)
    entry = entry_of_hub("mine", REPOSITORY, file="tiny.gguf", licence="MIT")
    assert repository.bytes_sent == head + len(PAGE) < len(data)
    local = entry_of_file("mine", gguf_file, licence="MIT")
    assert without(entry, *ELSEWHERE, "files") == without(local, *ELSEWHERE, "files")
    assert entry["files"] == [local["files"][0] | {"name": "tiny.gguf"}]
    assert max(sizes) == head, "nothing of the size of the weights is written, not even zeros"
    add(entry)
    model = pull(find_spec("mine"), tmp_path, form="ctranslate2")
    assert (model.source, model.revision) == ("hub", COMMIT)
    for less in (1, 1000, head // 2, head - 40):
        monkeypatch.setattr(hub_entry, "HEAD_BYTES", head - less)
        with pytest.raises(ModelError, match="too long to be looked at; download the file"):
            entry_of_hub("other", REPOSITORY, file="tiny.gguf")


def test_the_settings_that_a_repository_prescribes_are_taken_over(put, marian, gguf_file):
    said = b'{"temperature": 0.7, "no_repeat_ngram_size": 3, "repetition_penalty": 1.2}'
    put(marian | {"generation_config.json": said})
    entry = entry_of_hub("mine", REPOSITORY)
    assert entry["generation"] == {"repetition_penalty": 1.2, "no_repeat_ngram_size": 3}
    put({"tiny.gguf": gguf_file.read_bytes(), "generation_config.json": said})
    entry = entry_of_hub("mine", REPOSITORY, file="tiny.gguf")
    assert entry["generation"] == {"repetition_penalty": 1.2, "temperature": 0.7}


def test_weights_beyond_the_end_of_a_file_on_the_hub_are_noticed(put, gguf_file, monkeypatch):
    from toolkit.models.conversion.gguf import GgufFile

    monkeypatch.setattr(hub_entry, "HEAD_BYTES", GgufFile(gguf_file).head_bytes)
    put({"tiny.gguf": gguf_file.read_bytes()[:-1000]})
    with pytest.raises(ModelError, match=r"the head of tiny\.gguf is damaged"):
        entry_of_hub("mine", REPOSITORY, file="tiny.gguf")


def test_which_file_is_meant_has_to_be_said(put, marian):
    put({"a.gguf": b"GGUF", "Q4/b.gguf": b"GGUF", "c.txt": b"small"})
    choice = r"; name one with --file: Q4/b\.gguf, a\.gguf$"
    for file, said in (
        ("", "has GGUF files" + choice),
        ("d.gguf", r"lacks d\.gguf" + choice),
        ("Q4/b.gguf", r"can't hold the name of Q4/b\.gguf; download it"),
    ):
        with pytest.raises(UsageError, match=said):
            entry_of_hub("mine", REPOSITORY, file=file)
    with pytest.raises(ModelError, match=r"the hub tells no sha256 of c\.txt"):
        entry_of_hub("mine", REPOSITORY, file="c.txt")
    with pytest.raises(ModelError, match=r"a\.gguf is damaged or cut short"):
        entry_of_hub("mine", REPOSITORY, file="a.gguf")
    put({"model.bin": b"converted", "config.json": b"{}"})
    with pytest.raises(UsageError, match="is a CTranslate2 model; write its entry by hand"):
        entry_of_hub("mine", REPOSITORY)
    put({"README.md": PAGE})
    with pytest.raises(ModelError, match=f"^{REPOSITORY} holds no checkpoint: it lacks config"):
        entry_of_hub("mine", REPOSITORY)
    put(marian | {"config.json": b"{"})
    with pytest.raises(ModelError, match=rf"^{REPOSITORY}: config\.json can't be read: "):
        entry_of_hub("mine", REPOSITORY)
    put(marian | {"config.json": b'{"model_type": "vit"}'})
    with pytest.raises(ModelError, match=rf"^{REPOSITORY}: .* 'vit' can't be pulled .*\)$"):
        entry_of_hub("mine", REPOSITORY)


def test_what_the_hub_refuses_is_told(put, marian, monkeypatch):
    put(marian, gated=True)
    for file in ("", "model.safetensors"):
        with pytest.raises(ModelError, match=r"accept a licence at .*; do so, then type: hf auth"):
            entry_of_hub("mine", REPOSITORY, file=file)
    with pytest.raises(ModelError, match="has no someone/absent, or it is private"):
        entry_of_hub("mine", "someone/absent")
    with pytest.raises(ModelError, match=f"the hub's {REPOSITORY} has no revision 'absent'"):
        entry_of_hub("mine", REPOSITORY, revision="absent")
    with pytest.raises(ModelError, match="can't have a repository called 'a/b/c'"):
        entry_of_hub("mine", "a/b/c")
    put(marian, told={"config.json": "0" * 40})
    with pytest.raises(ModelError, match=r"config\.json is not the file that the hub lists"):
        entry_of_hub("mine", REPOSITORY)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="the hub is out of reach"):
        entry_of_hub("mine", REPOSITORY)
    assert not own_file().exists()


@pytest.mark.parametrize(
    "name", ["html", "list", "empty", "nothing", "no-names", "odd-sha", "odd-size"]
)
def test_an_answer_that_is_not_the_hubs_is_told(only_hub, name):
    with pytest.raises(ModelError, match=r"answer can't be used"):
        entry_of_hub("mine", f"someone/{name}")


def test_who_has_logged_in_may_add_what_is_gated(put, only_hub, gguf_file, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    put({"tiny.gguf": gguf_file.read_bytes()}, gated=True)
    assert entry_of_hub("mine", REPOSITORY, file="tiny.gguf")["files"]
    assert only_hub.tokens == [], "the host of large files learns nothing of the login"
