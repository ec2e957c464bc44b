"""Where imports come from: a file here, the pages of a site; what is found, and what is not taken."""

from pathlib import Path

from tests.fetch.loopback import Site, answer, fetcher, serving

from xiaoer.app.sources import Sources
from xiaoer.domain.words import Language
from xiaoer.knowledge.importing import Source
from xiaoer.knowledge.intake import Findings


def quiet(done: int, total: int | None, what: str) -> None: ...


def page(title: str, text: str) -> bytes:
    return answer(
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()
    )


def sitemap(site: Site, *paths: str) -> bytes:
    listed = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in paths)
    head = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return answer(f"{head}{listed}</urlset>".encode(), kind="application/xml")


async def test_a_file_is_read_with_what_is_said_of_it(tmp_path: Path) -> None:
    file = tmp_path / "upload"
    file.write_text("question,answer\nDo you sell gift cards,We do not.\nAnd a shop?,\n")
    source = Source(name="faq.csv", path=file, language=Language.EN)
    findings = await Sources().read(source, quiet)
    assert [(f.article.title, f.article.language, f.source) for f in findings.found] == [
        ("Do you sell gift cards", Language.EN, "faq.csv:2")
    ]
    [remark] = findings.skipped
    assert remark.where == "faq.csv:3"
    assert remark.says.zh != remark.says.en


async def crawled(site: Site, path: str) -> Findings:
    reader = Sources(fetcher(site))
    return await reader.read(Source(name=site.url(path)), quiet)


async def test_the_pages_of_a_sitemap_each_under_a_name_of_its_own() -> None:
    site = Site({})
    async with serving(site):
        site.answers |= {
            "/map.xml": sitemap(site, "/a", "/b", "/c", "/gone"),
            "/a": page("FAQ", "Delivery costs eight."),
            "/b": page("FAQ", "Returns are free for a week."),
            "/c": page("FAQ", "Delivery costs eight."),
        }
        findings, again = await crawled(site, "/map.xml"), await crawled(site, "/map.xml")
        wheres = [remark.where for remark in findings.skipped]
        assert wheres == [site.url("/gone"), site.url("/c")]
    slugs = [found.article.slug for found in findings.found]
    assert slugs[0] == "faq"
    assert slugs[1].startswith("faq-")
    assert [found.article.slug for found in again.found] == slugs


async def test_what_may_not_be_called_is_told() -> None:
    findings = await Sources().read(Source(name="http://127.0.0.1/"), quiet)
    assert findings.found == ()
    [remark] = findings.skipped
    assert remark.where == "http://127.0.0.1/"
