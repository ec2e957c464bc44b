"""What happens by the clock. `Worker` takes jobs, once over all processes; `Upkeep` looks after this one."""

from xiaoer.jobs.effects import Effects
from xiaoer.jobs.kinds import Kind
from xiaoer.jobs.promises import Watch
from xiaoer.jobs.restock import Back
from xiaoer.jobs.upkeep import Upkeep
from xiaoer.jobs.worker import Worker

__all__ = ["Back", "Effects", "Kind", "Upkeep", "Watch", "Worker"]
