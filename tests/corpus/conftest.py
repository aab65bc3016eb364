import pytest

from tests.corpus.s3 import serving_between


@pytest.fixture(scope="session")
def between():
    """A store that knows the protocol of S3, behind what can make it slow or fail."""
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(
        ip_address="127.0.0.1", port=0, verbose=False
    )
    server.start()
    with serving_between(server.get_host_and_port()[1]) as between:
        yield between
    server.stop()


@pytest.fixture
def s3(between, monkeypatch):
    """An empty bucket `news`. Failures are met by our own further tries alone, without pauses."""
    import s3fs

    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": between.url,
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    monkeypatch.setattr("toolkit.corpus.trying.PAUSES_S", (0.01, 0.01, 0.01))
    store = s3fs.S3FileSystem(use_listings_cache=False)
    store.mkdir("news")
    between.asked.clear()
    yield between
    between.failures, between.lost, between.delay_s = [], [], 0.0
    between.fails = lambda _: False
    store.rm("news", recursive=True)
