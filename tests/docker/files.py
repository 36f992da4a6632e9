"""The files that deploy Parley, read into typed objects."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
IMAGE = "parley"


class Check(BaseModel):
    test: list[str]


class Service(BaseModel):
    image: str
    command: list[str]
    env_file: str | None = None
    environment: dict[str, str] = {}
    depends_on: dict[str, dict[str, str]] = {}
    healthcheck: Check | None = None
    ports: list[str] = []
    volumes: list[str] = []
    restart: str
    stop_grace_period: str


class Compose(BaseModel):
    services: dict[str, Service]
    volumes: dict[str, None]

    @property
    def ours(self) -> dict[str, Service]:
        """The services that are Parley's processes."""
        return {name: service for name, service in self.services.items() if service.image == IMAGE}


class Asked(BaseModel):
    """A variable Heroku asks for."""

    description: str
    required: bool
    value: str | None = None


class Heroku(BaseModel):
    addons: list[str]
    formation: dict[str, dict[str, int | str]]
    env: dict[str, Asked]


@dataclass(frozen=True)
class Dockerfile:
    instructions: list[tuple[str, str]]  # name and arguments, in order

    def all(self, name: str) -> list[str]:
        """The arguments of each instruction of that name."""
        return [arguments for found, arguments in self.instructions if found == name]

    def last(self, name: str) -> str:
        return self.all(name)[-1]

    @property
    def final(self) -> "Dockerfile":
        """The stage that becomes the image."""
        starts = [index for index, (name, _) in enumerate(self.instructions) if name == "FROM"]
        return Dockerfile(self.instructions[starts[-1] :])


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def read_procfile() -> dict[str, list[str]]:
    """The command of each process."""
    lines = (line.partition(":") for line in read("Procfile").splitlines())
    return {name: shlex.split(command) for name, _, command in lines}


def read_compose() -> Compose:
    return Compose.model_validate(yaml.safe_load(read("docker/compose.yaml")))


def read_dockerfile() -> Dockerfile:
    lines = [line for line in read("docker/Dockerfile").splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    parts = (line.partition(" ") for line in joined)
    return Dockerfile([(name, arguments.strip()) for name, _, arguments in parts])


def read_heroku() -> Heroku:
    return Heroku.model_validate_json(read("app.json"))
