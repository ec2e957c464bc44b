"""xiaoer shop: shops of other makers, to try the counter on."""

from pathlib import Path
from typing import Annotated

import typer

from xiaoer.app.stocking import IMPORTERS, import_shop
from xiaoer.cli.shared import out, read_settings, run

shop = typer.Typer(help="Shops to serve / 店铺", no_args_is_help=True)


@shop.callback()
def of_shops() -> None:
    """Shops to serve / 店铺."""


@shop.command("import")
def shop_import(
    name: Annotated[str, typer.Argument(help=f"{', '.join(sorted(IMPORTERS))} / 哪一种")],
    folder: Annotated[Path, typer.Argument(help="Where its files are / 文件所在的文件夹")],
) -> None:
    """Take a shop over from files, in the place of what was there of it / 从文件导入一个店铺，可重复执行."""
    out.print(f"正在导入 {name} … / Importing {name} …", highlight=False)
    done = run(import_shop(read_settings(), name, folder))
    out.print(
        f"已导入：{done.customers} 位顾客、{done.orders} 个订单、{done.products} 种商品\n"
        f"Imported: {done.customers} customers, {done.orders} orders, {done.products} products\n"
        f"用它营业 / to serve it: XIAOER_SHOP={name} xiaoer serve",
        highlight=False,
    )
