"""The composition root: Settings in, App out. The only package that names concrete classes."""

from xiaoer.app.given import Misconfigured, utc_now
from xiaoer.app.house import App, open_app
from xiaoer.app.served import web
from xiaoer.app.upkeep import migrate, reset_demo

__all__ = ["App", "Misconfigured", "migrate", "open_app", "reset_demo", "utc_now", "web"]
