"""The gateway's parts, made once per process and handed to its handlers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from core.service.start import Core
from core.views import PartView
from gateway.catalog import Catalog
from gateway.cooling import Cooling
from gateway.model import Model
from gateway.model_file import DEMO
from gateway.offered import Offered
from gateway.pacing import Pacing
from gateway.pumps import Pumps
from gateway.replays import Replays
from gateway.sources import DemoSource, HttpSource, Source
from gateway.tracing import Traces
from gateway.translation.source import TranslatedSource


@dataclass(frozen=True, slots=True)
class Gate:
    """What a completion passes through."""

    core: Core
    catalog: Catalog
    http: HttpSource
    pumps: Pumps = field(default_factory=Pumps)
    demo: DemoSource = field(default_factory=DemoSource)
    translated: TranslatedSource = field(default_factory=lambda: TranslatedSource({}))
    connectors: Callable[[], tuple[PartView, ...]] = tuple
    """How the chat platforms do; handed in by `bots.app`."""
    traces: Traces | None = None
    cooling: Cooling = field(init=False)
    pacing: Pacing = field(init=False)
    replays: Replays = field(init=False)
    offered: Offered = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cooling", Cooling(self.core.settings.cooldown_seconds))
        object.__setattr__(self, "pacing", Pacing(self.core))
        object.__setattr__(self, "replays", Replays(self.core.settings))
        object.__setattr__(self, "offered", Offered(self.core, self.catalog, self.http.forget))

    def source_of(self, model: Model) -> Source:
        if model.provider == DEMO:
            return self.demo
        return self.http if model.direct else self.translated
