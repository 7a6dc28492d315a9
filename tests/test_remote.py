"""Models behind URLs, on a web server of this machine: what is fetched, said and kept secret."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
import h5py
import keras
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from convlint import check, cli, reporters, urls
from convlint.config import Config
from convlint.errors import InputError
from convlint.readers import parts, web
from convlint.readers.parts import WINDOW, Parts
from tests.store import Failing, Store, serving

pytestmark = pytest.mark.filterwarnings(  # h5 in Keras
    "ignore:__array__ implementation:DeprecationWarning"
)

ROOT = Path(__file__).parent.parent
LARGE = 100 << 20
"""Bytes of weights in the large files."""
SECRETS = ("zelda7", "pass%2Fword", "pass/word", "AKIA5", "c0ffee")

SCRIPT = """\
import keras
model = keras.Sequential([
    keras.Input((8,)),
    keras.layers.Dense(2),
    keras.layers.Dropout(0.99),  # convlint: ignore[CVL105] says so
    keras.layers.Dropout(0.98),
    keras.layers.Dense(1),
])
"""


def small() -> Any:
    """A model with one thing wrong: a softmax over one unit."""
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1, activation="softmax")]
    )
    model.compile(loss="binary_crossentropy")
    return model


def add_weights(path: Path) -> None:
    """Let a saved model have a hundred megabytes of weights, most of them holes."""
    with h5py.File(path, "a") as file:
        file.create_dataset("large", (LARGE,), "u1")[-1] = 1


def zipped(path: Path, members: list[tuple[str, bytes]]) -> None:
    """Write a zip archive with a large stored member among others."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(LARGE >> 20 if name == "model.weights.h5" else 1):
                    member.write(data)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of large models that real Keras saved."""
    folder = tmp_path_factory.mktemp("large")
    model = small()
    model.save(folder / "saved.keras")
    with zipfile.ZipFile(folder / "saved.keras") as saved:
        saved_members = {name: saved.read(name) for name in saved.namelist()}
    members = saved_members | {"model.weights.h5": bytes(1 << 20)}
    zipped(folder / "first.keras", sorted(members.items()))
    zipped(folder / "last.keras", sorted(members.items(), reverse=True))
    model.save(folder / "saved.h5")
    add_weights(folder / "saved.h5")
    with h5py.File(folder / "dense.h5", "w", libver="latest") as file:
        for number in range(20):  # more attributes than fit in the header of a group
            file.attrs[f"other_{number}"] = number
        with h5py.File(folder / "saved.h5") as other:
            file.attrs["model_config"] = other.attrs["model_config"]
            file.attrs["training_config"] = other.attrs["training_config"]
    add_weights(folder / "dense.h5")
    for name, start in (("text.json", b"{"), ("noise.bin", b"\x93\xfa\x00\x01")):
        with (folder / name).open("wb") as text:
            text.write(start)
            text.truncate(3 * LARGE)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small models, and what lies beside them."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "old").mkdir()
    (folder / ".cache").mkdir()
    model = small()
    model.save(folder / "a.keras")
    shutil.copy(folder / "a.keras", folder / ".cache" / "hidden.keras")
    model.save(folder / "old" / "b.h5")
    (folder / "c.json").write_text(model.to_json(), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "build.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "setup.py").write_text("import setuptools\n", encoding="utf-8")
    (folder / "empty.keras").touch()
    return folder


@pytest.fixture
def store(models: Path) -> Iterator[Store]:
    with serving(Store(models)) as served:
        yield served


@pytest.fixture
def vault(large: Path) -> Iterator[Store]:
    with serving(Store(large)) as served:
        yield served


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["--isolated", *arguments])


def error_of(url: str) -> str:
    """What is wrong with the one input, without its name."""
    with pytest.raises(InputError) as caught:
        check(url)
    name, _, message = str(caught.value).partition(": ")
    assert name == urls.shown(url)
    return message


# What is fetched


@pytest.mark.parametrize("name", ["first.keras", "last.keras", "saved.h5", "dense.h5"])
def test_less_than_a_hundredth_of_a_large_model_is_fetched(name: str, vault: Store) -> None:
    path = vault.folder / name
    report = check(f"{vault.url}/{name}", config=Config())
    assert [finding.code for finding in report] == [f.code for f in check(path, config=Config())]
    assert report.findings
    assert path.stat().st_size > LARGE
    assert 0 < vault.sent < LARGE / 100
    assert vault.sent <= 4 * WINDOW
    assert len(vault.requests) <= 4


def test_a_small_model_takes_one_request(store: Store) -> None:
    check(f"{store.url}/a.keras")
    assert store.requests == ["GET /a.keras"]
    assert store.sent == (store.folder / "a.keras").stat().st_size


def test_source_is_fetched_once_and_has_its_lines_and_comments(store: Store) -> None:
    report = check(f"{store.url}/build.py", select="CVL105", config=Config())
    assert store.requests == ["GET /build.py"]
    assert [finding.location for finding in report if finding.location] != []
    assert [f"{f.file}:{f.location.line}" for f in report if f.location] == [
        f"{store.url}/build.py:6"
    ]


def test_a_text_that_is_too_large_is_not_fetched(vault: Store) -> None:
    assert "more than 256 MiB of it would have to be fetched" in error_of(f"{vault.url}/text.json")
    assert vault.sent <= WINDOW


def test_what_is_no_model_is_not_fetched(vault: Store) -> None:
    assert "neither a Keras archive, nor HDF5" in error_of(f"{vault.url}/noise.bin")
    assert vault.sent <= WINDOW


def test_no_more_is_fetched_of_one_file_than_a_configuration_may_have(
    vault: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MAX_FETCHED", WINDOW)
    assert "would have to be fetched" in error_of(f"{vault.url}/last.keras")
    assert vault.sent == WINDOW


@given(
    data=st.binary(max_size=300),
    reads=st.lists(st.tuples(st.integers(0, 400), st.integers(-1, 400)), max_size=20),
)
def test_parts_are_read_as_the_whole_file_would_be(
    data: bytes, reads: list[tuple[int, int]]
) -> None:
    asked = []

    def fetch(start: int, length: int) -> bytes:
        asked.append(length)
        return data[start : start + length]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "WINDOW", 16)
        whole, partial = io.BytesIO(data), Parts(fetch, len(data))
        for position, size in reads:
            whence = io.SEEK_SET if position % 2 else io.SEEK_END
            offset = position if whence == io.SEEK_SET else -min(position, len(data))
            assert partial.seek(offset, whence) == whole.seek(offset, whence)
            assert partial.read(size) == whole.read(size)
            assert partial.tell() == whole.tell()
        buffers = bytearray(50), bytearray(50)
        partial.seek(0), whole.seek(0)
        assert partial.readinto(buffers[0]) == whole.readinto(buffers[1])
    assert buffers[0] == buffers[1]
    assert all(asked)


# Servers that misbehave


@pytest.mark.parametrize("name", ["a.keras", "old/b.h5", "c.json"])
def test_a_small_model_is_fetched_whole_if_the_server_sends_no_parts(
    name: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "WINDOW", 512)
    store.ranges = False
    assert check(f"{store.url}/{name}").findings
    assert len(store.requests) == 1


def test_a_model_of_unknown_size_is_fetched_whole(store: Store) -> None:
    store.ranges = store.sizes = False
    assert check(f"{store.url}/a.keras").findings


@pytest.mark.parametrize("sizes", [True, False])
def test_a_large_model_is_not_fetched_whole(
    sizes: bool, vault: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "MAX_WHOLE", 4 << 20)
    vault.ranges, vault.sizes = False, sizes
    said = error_of(f"{vault.url}/last.keras")
    assert said.startswith("its server sends only whole files, and this one is larger than 4 MiB")
    assert vault.sent < LARGE / 2  # the rest is what was under way when the line was cut


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "access is denied; look at your credentials, or whether the link has expired"),
        (403, "access is denied; look at your credentials, or whether the link has expired"),
        (404, "there is no such file"),
        (410, "there is no such file"),
        (418, "it cannot be fetched: 418, message="),
        (429, "there were too many requests; try again later"),
        (500, "the server fails, with status 500; try again later"),
        (503, "the server fails, with status 503; try again later"),
    ],
)
def test_a_refusal_is_one_line_and_stops_no_other_input(
    status: int, said: str, store: Store
) -> None:
    store.denied["/a.keras"] = status
    ran = run("--output-format", "concise", f"{store.url}/a.keras", f"{store.url}/old/b.h5")
    assert ran.exit_code == 2
    assert ran.stderr.startswith(f"error: {store.url}/a.keras: {said}")
    assert ran.stderr.count("\n") == 1
    assert f"{store.url}/old/b.h5: " in ran.stdout


@pytest.mark.parametrize("name", ["a.keras", "old/b.h5", "c.json"])
@pytest.mark.parametrize("kept", [0, 1, 100])
def test_an_answer_that_breaks_off_is_an_error(name: str, kept: int, store: Store) -> None:
    store.cut[f"/{name}"] = kept
    assert error_of(f"{store.url}/{name}") == "the answer broke off; try again later"


@pytest.mark.parametrize("name", ["first.keras", "dense.h5"])
def test_an_answer_that_breaks_off_in_the_middle_is_no_damaged_file(
    name: str, vault: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "WINDOW", 256)
    vault.cut[f"/{name}"] = 255
    assert error_of(f"{vault.url}/{name}") == "the answer broke off; try again later"


def test_a_server_that_is_not_there_is_an_error(store: Store) -> None:
    closed = store.url
    with serving(Store(store.folder)) as other:
        closed = other.url
    assert error_of(f"{closed}/a.keras").startswith("it cannot be fetched: Cannot connect to host")


def test_parts_of_a_file_of_unknown_size_are_an_error(store: Store) -> None:
    store.sizes = False
    assert error_of(f"{store.url}/a.keras").startswith("its server does not say how large it is")


@pytest.mark.parametrize("ranges", [True, False])
def test_an_empty_file_is_empty(ranges: bool, store: Store) -> None:
    store.ranges = ranges
    assert error_of(f"{store.url}/empty.keras") == "the file is empty"


# What else fsspec opens, and what it lacks


@pytest.fixture
def memory(models: Path) -> Iterator[str]:
    """The small models in a store in memory."""
    files = fsspec.filesystem("memory")
    files.put(str(models) + "/", "/remote-test", recursive=True)
    yield "memory://remote-test"
    files.rm("/remote-test", recursive=True)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_folder_means_the_models_in_it(slash: str, memory: str, models: Path) -> None:
    report = check(memory + slash, config=Config())
    local = check(models, config=Config())
    assert sorted(report.files) == sorted(
        f"{memory}/{Path(file).relative_to(models).as_posix()}" for file in local.files
    )
    assert len(report) == len(local) > 0
    assert {urls.is_url(finding.file or "") for finding in report} == {True}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.keras", ["a.keras", "empty.keras"]),
        ("**/*.h5", ["old/b.h5"]),
        ("?.keras", ["a.keras"]),
        ("[ab].keras", ["a.keras"]),
        ("old/*", ["old/b.h5"]),
    ],
)
def test_a_pattern_means_the_models_that_match(pattern: str, names: list[str], memory: str) -> None:
    report = check([f"{memory}/{pattern}"])
    assert list(report.files) == [f"{memory}/{name}" for name in names]


def test_a_page_of_links_is_a_folder(store: Store) -> None:
    names = [f"{store.url}/{name}" for name in ("a.keras", "build.py", "c.json", "empty.keras")]
    assert list(check([f"{store.url}/"]).files) == [*names, f"{store.url}/old/b.h5"]
    assert list(check([f"{store.url}/*.keras"]).files) == [names[0], names[3]]


def test_on_the_web_nothing_is_fetched_to_see_whether_it_is_a_folder(store: Store) -> None:
    assert error_of(f"{store.url}/tokenizer") == "there is no such file"
    assert store.sent == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("memory://no-such-folder/", "there is no such file"),
        ("memory://no-such-folder/*.keras", "this pattern means no model"),
        ("memory://no-such-folder/a.keras", "there is no such file"),
        ("memory://no-such-folder/a", "there is no such file"),
        ("nope://bucket/a.keras", "it cannot be fetched: Protocol not known: nope"),
    ],
)
def test_what_is_not_there_is_an_error(url: str, said: str) -> None:
    assert error_of(url).startswith(said)


def test_a_local_url_is_read_like_the_file(models: Path) -> None:
    url = (models / "a.keras").as_uri()
    assert [f.code for f in check(url)] == [f.code for f in check(models / "a.keras")]


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="has no devices")
def test_a_device_is_not_read() -> None:
    assert error_of("file:///dev/zero") == "this is neither a file nor a folder"


def test_a_folder_with_the_name_of_a_model_asks_for_a_slash(tmp_path: Path) -> None:
    (tmp_path / "x.keras").mkdir()
    assert error_of((tmp_path / "x.keras").as_uri()).startswith("this is a folder; end its URL")


@pytest.mark.parametrize("url", ["s3://bucket/a.keras", "s3://bucket/**/*.keras", "s3://bucket"])
def test_the_package_of_a_store_is_named_if_it_is_missing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    assert error_of(url) == (
        "a package for this kind of URL is not installed: Install s3fs to access S3"
    )


def test_without_fsspec_the_error_says_how_to_install_it(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fsspec", "fsspec.core"):
        monkeypatch.setitem(sys.modules, name, None)
    ran = run("--output-format", "concise", "s3://bucket/a.keras", str(models / "a.keras"))
    assert ran.exit_code == 2
    assert ran.stderr == (
        "error: s3://bucket/a.keras: reading a URL needs fsspec; "
        "run: pip install 'convlint[remote]'\n"
    )
    assert "a.keras: " in ran.stdout


# What the packages of stores raise; they are not installed here, so it is raised in their place


def named(name: str, base: type[Exception] = Exception, **attributes: Any) -> Any:
    return type(name, (base,), attributes)


DENIED = "access is denied; look at your credentials, or whether the link has expired"
ANONYMOUS = "no credentials were found; set those that the store's own tools use, or for public"
NO_FILE = "there is no such file"
NO_HOST = "[Errno -2] Name or service not known"
ANSWER_403 = SimpleNamespace(status_code=403)

RAISED: dict[str, tuple[Exception, str]] = {
    "s3fs, no credentials": (named("NoCredentialsError")("Unable to locate"), ANONYMOUS),
    "s3fs, denied": (PermissionError("Forbidden"), DENIED),
    "s3fs, no bucket": (FileNotFoundError("The specified bucket does not exist"), NO_FILE),
    "s3fs, wrong bucket": (
        named("ParamValidationError", ValueError)('Invalid bucket name\n"B!"'),
        'it cannot be fetched: Invalid bucket name "B!"',
    ),
    "s3fs, no network": (
        named("EndpointConnectionError")("Could not connect to the endpoint"),
        "it cannot be fetched: Could not connect to the endpoint",
    ),
    "gcsfs, no credentials": (named("DefaultCredentialsError")("not found"), ANONYMOUS),
    "gcsfs, denied": (OSError("Forbidden: b/bucket/o\nanonymous"), DENIED),
    "gcsfs, not logged in": (named("HttpError", code=401)("Anonymous caller, 401"), DENIED),
    "gcsfs, no bucket": (FileNotFoundError("b/bucket/o"), NO_FILE),
    "gcsfs, down": (named("HttpError", code=503)("503"), "the server fails, with status 503"),
    "hugging face, gated": (named("GatedRepoError", OSError, response=ANSWER_403)("no"), DENIED),
    "hugging face, no repository": (FileNotFoundError("org/repo (repository not found)"), NO_FILE),
    "hugging face, no network": (
        named("ConnectError")(NO_HOST),
        f"it cannot be fetched: {NO_HOST}",
    ),
    "adlfs, no credentials": (
        named("ClientAuthenticationError")("DefaultAzureCredential failed\nAttempted:\n\tx"),
        ANONYMOUS,
    ),
    "whatever": (named("StrangeError")(), "it cannot be fetched: StrangeError"),
    "a slow one": (TimeoutError(), "there is no answer; try again later"),
}


@pytest.mark.parametrize("url", ["failing://x/a.keras", "failing://x/", "failing://x/*.h5"])
@pytest.mark.parametrize("case", RAISED)
def test_what_a_package_raises_is_one_line_and_stops_no_other_input(
    case: str, url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, said = RAISED[case]
    monkeypatch.setattr(Failing, "error", error)
    ran = run("--output-format", "concise", url, f"{store.url}/old/b.h5")
    assert ran.exit_code == 2
    if "*" in url and isinstance(error, OSError):
        said = "this pattern means no model"  # fsspec passes over folders that it cannot list
    elif url.endswith("/") and isinstance(error, OSError):
        said = ""  # to fsspec, what is not found is no folder; then it is read
    assert ran.stderr.startswith(f"error: {url}: {said}")
    assert ran.stderr.count("\n") == 1
    assert f"{store.url}/old/b.h5: " in ran.stdout


def test_logs_of_a_package_are_kept_from_standard_error(models: Path) -> None:
    """Python writes warnings there that nobody takes; who takes them still gets them."""
    program = (
        "import logging, sys, tests.store\n"
        "from convlint.errors import InputError; from convlint import check\n"
        "if sys.argv[1:]: logging.basicConfig()\n"
        "try: check('failing://x/a.keras')\n"
        "except InputError: pass"
    )
    for arguments, told in (([], False), (["log"], True)):
        ran = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ("out of retries" in ran.stderr) is told


# Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s3://bucket/model.keras", True),
        ("HTTPS://example.com/model.keras", True),
        ("simplecache::s3://bucket/model.keras", True),
        ("git+ssh://host/x", True),
        (r"C:\models\model.keras", False),
        ("C:/models/model.keras", False),
        ("C://models/model.keras", False),
        ("package.module:build_model", False),
        ("models/a.keras", False),
        ("models/s3://a.keras", False),
        ("://x", False),
        ("-", False),
        ("<stdin>", False),
    ],
)
def test_a_url_is_told_from_a_path(name: str, expected: bool) -> None:
    assert urls.is_url(name) is expected


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("models/a?b=c@d.keras", "models/a?b=c@d.keras"),
        ("https://ada:pw@h.org/a.keras", "https://h.org/a.keras"),
        ("https://token@h.org:80/a@b.keras", "https://h.org:80/a@b.keras"),
        ("https://ada:p@w@h.org/a", "https://h.org/a"),
        ("https://h.org/a.keras?X-Amz-Signature=1&b", "https://h.org/a.keras"),
        ("https://h.org/a.keras?token", "https://h.org/a.keras"),
        ("https://h.org/a.keras#token=1", "https://h.org/a.keras"),
        ("sftp://ada:pw@h.org/a.keras", "sftp://h.org/a.keras"),
        ("s3://bucket/model?.keras", "s3://bucket/model?.keras"),
        ("s3://bucket/a.keras?versionId=1", "s3://bucket/a.keras"),
        ("hf://org/repo@main/a.keras", "hf://org/repo@main/a.keras"),
        ("hf://repo@main/a.keras", "hf://repo@main/a.keras"),
        ("abfs://box@account.net/a.keras", "abfs://box@account.net/a.keras"),
        ("abfs://a:b@account.net/a.keras", "abfs://account.net/a.keras"),
        ("github://org:repo@main/a.keras", "github://org:repo@main/a.keras"),
        ("zip://a.keras::https://ada:pw@h.org/x.zip?sig=1", "zip://a.keras::https://h.org/x.zip"),
    ],
)
def test_a_url_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert urls.shown(url) == shown
    assert urls.shown(shown) == shown


def test_what_a_library_says_is_told_without_the_secrets() -> None:
    url = "https://ada:pass%2Fword@h.org/a.keras?key=AKIA5&sig=c0ffee%3D"
    said = urls.scrubbed(f"ada pass/word: no {url} , nor c0ffee= of h.org", url)
    assert said == "ada …: no https://h.org/a.keras , nor … of h.org"


def with_secrets(url: str) -> str:
    return url.replace("http://", "http://zelda7:pass%2Fword@") + "?key=AKIA5&sig=c0ffee"


@pytest.mark.parametrize("output_format", list(reporters.FORMATS))
def test_no_output_has_the_secrets_of_a_url(output_format: str, store: Store) -> None:
    store.denied["/c.json"] = 418
    paths = [with_secrets(f"{store.url}/{name}") for name in ("a.keras", "c.json", "build.py")]
    ran = run("-v", "--select", "ALL", "--output-format", output_format, *paths)
    assert ran.exit_code == 2
    assert f"{store.url}/a.keras" in ran.stdout.replace(r"\/", "/").replace("%3A", ":")
    for text in (ran.stdout, ran.stderr):
        assert [secret for secret in SECRETS if secret in text] == []
    # The server got them all the same.
    assert "GET /a.keras?key=AKIA5&sig=c0ffee" in store.requests
    assert {login.partition(" ")[0] for login in store.logins} == {"Basic"}


def test_an_error_in_python_shows_no_secrets(store: Store) -> None:
    program = "import sys, convlint; convlint.check(sys.argv[1])"
    url = with_secrets(f"{store.url}/none.keras")
    ran = subprocess.run(
        [sys.executable, "-c", program, url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.endswith(f"InputError: {store.url}/none.keras: there is no such file\n")
    assert [secret for secret in SECRETS if secret in ran.stderr] == []


def test_sarif_has_the_url_as_it_is(store: Store) -> None:
    ran = run("--output-format", "sarif", f"{store.url}/a.keras")
    (result, *_) = json.loads(ran.stdout)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": f"{store.url}/a.keras", "index": 0}


# Settings


def test_settings_come_from_the_current_folder(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = tmp_path / "convlint.toml"
    url = f"{store.url}/old/b.h5"
    codes = {finding.code for finding in check(url)}
    assert codes
    settings.write_text(f"ignore = {sorted(codes)}", encoding="utf-8")
    assert list(check(url)) == []
    for pattern in ("*.h5", "**/old/*.h5", url, f"{store.url}/**"):
        settings.write_text(f'[per-file-ignores]\n"{pattern}" = ["ALL"]', encoding="utf-8")
        assert list(check(url)) == []
        assert list(check(f"{store.url}/a.keras")) != [] or pattern.endswith("/**")
    settings.write_text('exclude = ["old"]', encoding="utf-8")
    assert url not in check([f"{store.url}/"]).files


def test_a_baseline_knows_the_findings_behind_urls(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    urls_ = [f"{store.url}/a.keras", f"{store.url}/old/b.h5"]
    signed = [f"{url}?sig=c0ffee" for url in urls_]
    assert run("--baseline", "known.json", "--write-baseline", *signed).exit_code == 0
    assert "c0ffee" not in (tmp_path / "known.json").read_text(encoding="utf-8")
    ran = run("--baseline", "known.json", urls_[0])
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "not shown" in ran.stdout


def test_processes_give_the_same(store: Store) -> None:
    def output(jobs: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "convlint", "--isolated", "-j", str(jobs)),
                *("--output-format", "concise", f"{store.url}/", f"{store.url}/none.h5"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    one, two = output(1), output(2)
    assert one.returncode == two.returncode == 2
    assert one.stdout == two.stdout != ""
    assert one.stderr == two.stderr
    assert one.stderr.count("error: ") == 2  # empty.keras and none.h5
