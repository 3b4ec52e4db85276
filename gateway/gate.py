"""The gateway's parts, made once per process and handed to its handlers."""

from dataclasses import dataclass, field

from core.service.start import Core
from gateway.catalog import Catalog
from gateway.model import Model
from gateway.sources import DemoSource, HttpSource, Source
from gateway.stream import Pumps


@dataclass(frozen=True, slots=True)
class Gate:
    """What a completion passes through."""

    core: Core
    catalog: Catalog
    http: HttpSource
    pumps: Pumps = field(default_factory=Pumps)
    demo: DemoSource = field(default_factory=DemoSource)

    def source_of(self, model: Model) -> Source:
        return self.demo if model.provider == "demo" else self.http
