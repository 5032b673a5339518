"""What CONTRIBUTING.md promises of changes: in how many files a newcomer makes them.

Each test makes the change in a copy of the packages, in just these files, and sees it work. Recognizers and
storage schemes are taken out and put in by `test_extending.py` and `tests/unit/storage/test_check.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import scribedock

ROOT = Path(scribedock.__file__).parent.parent
SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello there.\n"


class Copy:
    """A copy of the packages, and the files of it that were changed or added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changed: set[str] = set()
        for package in ("scribedock", "scribedock_captions"):
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))

    def insert(self, path: str, before: str, text: str) -> None:
        """Put a text before the first place where another one is found."""
        file = self.folder / path
        content = file.read_text()
        assert before in content, f"{path} has no {before!r}"
        file.write_text(content.replace(before, text + before, 1))
        self.changed.add(path)

    def add(self, path: str, text: str) -> None:
        (self.folder / path).write_text(textwrap.dedent(text))
        self.changed.add(path)

    def python(self, code: str) -> str:
        return self._run("-c", textwrap.dedent(code))

    def scribedock(self, *arguments: str) -> str:
        return self._run("-m", "scribedock", *arguments)

    def _run(self, *arguments: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SCRIBEDOCK_")}
        done = subprocess.run(
            [sys.executable, *arguments],
            env={**kept, "PYTHONPATH": str(self.folder), "COLUMNS": "200"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    copied = Copy(tmp_path)
    (tmp_path / "a.srt").write_text(SRT)
    return copied


def test_a_caption_format_takes_two_files(copy: Copy) -> None:
    copy.add(
        "scribedock_captions/writers/shouted.py",
        '''
        """Captions in capitals."""

        from scribedock_captions.document import CaptionDocument


        def write(document: CaptionDocument) -> str:
            """Write the lines of all captions."""
            return "".join(f"{line.upper()}\\n" for each in document.captions for line in each.lines)
        ''',
    )
    registry = "scribedock_captions/writers/__init__.py"
    copy.insert(registry, "__all__ = [", "from scribedock_captions.writers import shouted\n\n")
    copy.insert(registry, '    SRT = "SRT"\n', '    SHOUTED = "SHOUTED"\n')
    line = (
        'CaptionFormat.SHOUTED: Writer(write=shouted.write, media_type="text/plain", extension=".shout"),\n'
    )
    copy.insert(registry, "    CaptionFormat.SRT: Writer(", f"    {line}")
    assert copy.scribedock("captions", "convert", "a.srt", "-", "--to", "SHOUTED") == "HELLO THERE.\n"
    known = "from scribedock.api.openapi import document; print('SHOUTED' in str(document()))"
    assert copy.python("import scribedock.api.application\n" + known) == "True\n"
    assert len(copy.changed) == 2


def test_a_caption_option_takes_two_files(copy: Copy) -> None:
    option = '    shout: bool = option(False, "All in capitals.")\n'
    copy.insert("scribedock_captions/options.py", "    caption_by_sentence: bool", option)
    rule = "    if document.options.shout:\n        return SHOUT\n"
    path = "scribedock_captions/writers/srt.py"
    head = "def write(document: CaptionDocument) -> str:\n"
    content = (copy.folder / path).read_text()
    assert head in content
    body = content.index(head) + len(head)
    copy.insert(path, content[body:].split("\n")[1], "")  # the function is where it was thought to be
    (copy.folder / path).write_text(content[:body] + rule + content[body:] + '\n\nSHOUT = "!"\n')
    assert copy.scribedock("captions", "convert", "a.srt", "-", "--to", "SRT", "--shout", "true") == "!"
    assert "shout" in copy.scribedock("captions", "convert", "--help")
    known = "from scribedock.api.openapi import document; print('All in capitals.' in str(document()))"
    assert copy.python("import scribedock.api.application\n" + known) == "True\n"
    assert len(copy.changed) == 2


def test_a_setting_takes_two_files(copy: Copy) -> None:
    setting = '    motto: str = Field("be kind", description="What the log says at the start.")\n'
    copy.insert("scribedock/settings.py", "    lease_s: float = Field(", setting)
    copy.insert("scribedock/server.py", "    spec = recognizer(settings)\n", "    log.info(settings.motto)\n")
    shown = copy.scribedock("settings")
    assert "SCRIBEDOCK_MOTTO" in shown
    assert len(copy.changed) == 2


def test_a_column_of_jobs_takes_three_files(copy: Copy) -> None:
    copy.insert(
        "scribedock/db/tables/jobs.py",
        '    Column("leading_id", Id, index=True)',
        '    Column("colour", Text, nullable=False, default="grey"),\n',
    )
    newest = copy.python(
        "from scribedock.db.migrate import newest_revision; print(newest_revision())"
    ).strip()
    copy.add(
        "scribedock/db/migrations/versions/9999_colour.py",
        f'''
        """Jobs have a colour."""

        import sqlalchemy as sa
        from alembic import op

        revision = "colour"
        down_revision = "{newest}"


        def upgrade() -> None:
            op.add_column("jobs", sa.Column("colour", sa.Text(), nullable=False, server_default="grey"))
        ''',
    )
    copy.insert("scribedock/jobs/job.py", "    notice: str | None = None", '    colour: str = "grey"\n')
    copy.insert(
        "scribedock/jobs/job.py",
        "    language: str\n    target_language: str\n    fidelity",
        "    colour: str\n",
    )
    seen = copy.python(
        """
        from pathlib import Path
        import sqlalchemy as sa
        from scribedock import app
        from scribedock.db.tables import jobs
        from scribedock.settings import Settings

        settings = Settings(data_dir=Path("data"))
        app.prepare_database(settings)
        services = app.build_services(settings)
        owner = services.accounts.create("admin", "a password", parent=None)
        job_id, _ = services.jobs.create(owner, name="a job", language="en")
        print(services.jobs.find_job(job_id).colour)
        services.jobs.update(job_id, colour="red")
        print(services.jobs.find_job(job_id).colour)
        services.jobs.delete(job_id, frozenset({owner.id}))
        with services.database.read() as connection:
            print(connection.execute(sa.select(jobs.c.colour)).scalar_one())
        """
    )
    assert seen.split() == ["grey", "red", "grey"]  # what a job was is cleared when it is deleted
    assert len(copy.changed) == 3


def test_a_call_of_the_api_takes_three_files(copy: Copy) -> None:
    copy.add(
        "scribedock/api/calls/colours.py",
        '''
        """The colour of a job."""

        from __future__ import annotations

        from typing_extensions import TypedDict

        from scribedock.accounts.scopes import Right
        from scribedock.api.calls.jobs import JobParameters
        from scribedock.api.registry import Context, call


        class Colour(TypedDict):
            Colour: str


        @call(
            "job/colour",
            JobParameters,
            answer='{"Colour": "grey"}',
            needs=Right.READ,
            changes=False,
            is_vendors=False,
        )
        def colour(context: Context, parameters: JobParameters) -> Colour:
            """Show the colour of a job."""
            context.services.jobs.find_job(parameters.job_id, context.visible_accounts)
            return {"Colour": "grey"}
        ''',
    )
    application = "scribedock/api/application.py"
    copy.insert(application, "    guidelines,\n    jobs,", "    colours,\n")
    copy.insert(application, "    jobs,\n    authorization,", "    colours,\n")
    seen = copy.python(
        """
        import scribedock.api.application
        from scribedock.api.openapi import document

        print(document()["paths"]["/api/job/colour"]["get"]["summary"])
        """
    )
    assert seen == "Show the colour of a job.\n"
    assert len(copy.changed) == 2  # the third is the walk, which fails without the call: `demo/every_call.py`
