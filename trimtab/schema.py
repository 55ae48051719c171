"""Bring a database's schema up to date. The only place that knows all rooms' tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, text

import changes.approving.models
import changes.calendar.models
import changes.catalogue.models
import changes.emergency.models
import changes.maintenance.models
import changes.models
import changes.questions.saved_models
import changes.risk.models
import changes.running.models
import core.evidence.archives.models
import core.evidence.models
import core.secrets
import drift.models
import drift.noise.models
import drift.scan_models
import drift.standing_models
import inventory.candidates.models
import inventory.original_models
import inventory.report_models
import inventory.snapshot_models
import operations.models
import operations.notice_models
import operations.queue_models
import operations.schedule_models
import organization.models
from core.errors import TrimtabError
from operations import queue_rows

ROOMS = (
    core.secrets, core.evidence.models, core.evidence.archives.models, organization.models,
    inventory.snapshot_models, inventory.candidates.models, inventory.original_models,
    inventory.report_models, operations.models, drift.models, drift.noise.models,
    drift.scan_models, drift.standing_models, changes.models,
    changes.risk.models,
    changes.approving.models,
    changes.calendar.models, changes.catalogue.models, changes.running.models,
    changes.emergency.models, changes.maintenance.models, changes.questions.saved_models,
    operations.schedule_models, operations.queue_models, operations.notice_models,
)  # fmt: skip


class SchemaOutdated(TrimtabError):
    code = "schema_outdated"


def upgrade(engine: Engine) -> None:
    """Run the migrations that the database lacks, and create the queue's schema, or nothing."""
    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
            connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
        queue_rows.lay(connection)


def require_current(engine: Engine) -> None:
    """Raise SchemaOutdated when the database is not initialised or older than the program."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found is None:
        raise SchemaOutdated("This database is not set up yet. Run `trimtab init`.")
    if found != head:
        raise SchemaOutdated(
            f"The database has schema {found}, this program needs {head}. Run `trimtab init`."
        )


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
