"""The `[classifier]` table, apart from the rest: settings are read without loading spaCy."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from domain.types import Share

MODEL = Path(__file__).parent / "model"


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path = MODEL  # a folder that `train` wrote
    languages: tuple[str, ...] = ("en",)  # posts that a platform says are in others are left alone
    explain_above: Share = 0.1  # below this score nobody looks: no evidence, no asker
