"""A YAML file as a merchant wrote it: read strictly; mistakes are told with their line, in both languages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from typing_extensions import override

from xiaoer.domain.words import Words
from xiaoer.policies.mistakes import of_value

_MOST_BYTES = 1_000_000  # of a file that people write; it is kept with every version that served
_MOST_TOLD = 20  # mistakes at once
_CHINESE = re.compile("[：，；。、（）【】｛｝“”‘’＃－\u3000\u00a0]")
_NOT_READ = re.compile(r"\"[^\"]*\"|'[^']*'|(^|\s)#.*")  # what is quoted, and comments


class PolicyError(Exception):
    """The file cannot be used. The message names file, line and key, and says what to write."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says, and where it says it."""

    path: Path
    raw: Any
    _root: yaml.Node | None

    def wrong(self, error: ValidationError, keys: Sequence[str]) -> PolicyError:
        """One line for each thing to mend. `keys`: all that the file may hold anywhere."""
        found = [self._told(dict(one), keys) for one in error.errors(include_url=False)]
        more = len(found) - _MOST_TOLD
        rest = [f"还有 {more} 处 / and {more} more"] if more > 0 else []
        return PolicyError("\n".join([*found[:_MOST_TOLD], *rest]))

    def _told(self, error: dict[str, Any], keys: Sequence[str]) -> str:
        loc = [part for part in error["loc"] if part != "[key]"]
        key = ".".join(str(part) for part in loc) or "(整个文件 the whole file)"
        return _one_line(self.path, self._line(loc), key, of_value(error, keys))

    def _line(self, loc: Sequence[Any]) -> int:
        """Of the place itself; of what it is missing in; of the whole file, the first."""
        node, line = self._root, 1
        for part in loc:
            found = next((at for at in _entries(node) if at[0] == str(part)), None)
            if found is None:
                break
            _, line, node = found
        return line


def read_written(text: str, path: Path) -> Written:
    """`path` is only named in what is said of mistakes. PolicyError: it is no YAML, says a thing twice."""
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        _once_each(root, set())
        return Written(path, loader.construct_document(root) if root else None, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise PolicyError(_one_line(path, line, "", _of_yaml(error, text, line))) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise PolicyError(_one_line(path, line, "", _CONTROL)) from error
    except RecursionError as error:
        raise PolicyError(_one_line(path, 1, "", _DEEP)) from error


def keys_of(form: type[BaseModel]) -> tuple[str, ...]:
    """All keys that a file of this form may hold, at any depth."""
    schema = form.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return tuple(sorted({key for part in parts for key in part.get("properties", {})}))


def policy_text(path: Path) -> str:
    """As it is written. PolicyError if there is no such file, it is no text, or far too long."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise PolicyError(f"{path}: {_NO_FILE.zh} / {_NO_FILE.en}") from error
    except OSError as error:
        raise PolicyError(f"{path}: 读不了这个文件 / it cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise PolicyError(f"{path}: 文件太大，最多 1 MB / the file is too large: at most 1 MB")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(_one_line(path, line, "", _ENCODING)) from error


# --- YAML ----------------------------------------------------------------------------------------

_NO_FILE = Words(
    "没有这个文件；规则和例子可以从演示店铺复制（policy.yaml、policy.examples.yaml）",
    "no such file. The demo shop's policy.yaml and policy.examples.yaml can be copied.",
)
_CONTROL = Words("有看不见的控制字符，请删掉", "there is an invisible control character: delete it")
_DEEP = Words("括号套得太深", "brackets are nested too deeply")
_ENCODING = Words(
    "不是 UTF-8 编码，请在编辑器里“另存为”UTF-8", "this is not UTF-8: save the file as UTF-8 in your editor"
)
_TWICE = "found duplicate key"


class _Loader(yaml.SafeLoader):
    """What cannot be a day or a number is a mistake with a place, not a break."""

    @override
    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            said = f"{node.value!r:.40} cannot be"
            raise yaml.constructor.ConstructorError(None, None, said, node.start_mark) from error


def _once_each(node: yaml.Node | None, seen: set[int]) -> None:
    """MarkedYAMLError at a key that stands twice: YAML would silently take the last."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    names = set[str]()
    for name, line, value in _entries(node):
        if isinstance(node, yaml.MappingNode) and name in names:
            key = next(key for key, _ in node.value if key.start_mark.line + 1 == line and key.value == name)
            raise yaml.MarkedYAMLError(problem=f"{_TWICE} {name}", problem_mark=key.start_mark)
        names.add(name)
        _once_each(value, seen)


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    """Key or index, its line, what stands there."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield str(number), value.start_mark.line + 1, value


def _of_yaml(error: yaml.MarkedYAMLError, text: str, line: int) -> Words:
    problem = error.problem or ""
    if problem.startswith(_TWICE):
        name = problem.removeprefix(_TWICE).strip()
        return Words(f"{name} 写了两遍，只留一个", f"{name} stands here twice: keep one")
    if problem.endswith("cannot be"):
        value = problem.removesuffix(" cannot be")
        return Words(f"{value} 不存在，看看是不是写错了", f"there is no {value}: check it")
    if "expected a single document" in problem or "another document" in problem:
        return Words(
            "一个文件只写一份规则，请删掉 --- 之后的部分", "one file, one policy: remove all behind ---"
        )
    if "tag" in problem:
        return Words("不能用 ! 开头的标记", "tags that begin with ! cannot be used")
    return _near(text.split("\n"), line) or Words(
        f"看不懂这里：检查这一行和上一行的缩进、引号和括号（{problem}）",
        f"not readable: check indentation, quotes and brackets here and in the line before ({problem})",
    )


def _near(lines: Sequence[str], line: int) -> Words | None:
    """What people slip in, in this line or the two before: a parser stumbles only behind it."""
    for number in range(line, max(0, line - 3), -1):
        written = lines[number - 1] if number <= len(lines) else ""
        plain = _NOT_READ.sub("", written)
        here = (f"第 {number} 行", f"line {number}")
        if "\t" in plain:
            return Words(f"{here[0]}用了 Tab，请改成空格", f"{here[1]} has a tab: write spaces instead")
        if (slip := _CHINESE.search(plain)) is not None:
            sign = slip.group() if slip.group().strip() else "全角空格"
            return Words(
                f"{here[0]}有中文标点“{sign}”，请改成英文（半角）的",
                f"{here[1]} has Chinese punctuation or a wide space ({slip.group()!r}): write the plain one",
            )
        if re.match(r"\s*(- )?\w+:[^\s]", plain):
            return Words(f"{here[0]}冒号后面要有一个空格", f"{here[1]} needs a space behind its colon")
    opened = [n for n, written in enumerate(lines[:line], 1) if _NOT_READ.sub("", written).count('"') % 2]
    if opened:
        return Words(f"第 {opened[0]} 行的引号没有成对", f"a quote in line {opened[0]} is not closed")
    return None


def _one_line(path: Path, line: int, key: str, said: Words) -> str:
    return f"{path}:{line}: {f'{key}: ' if key else ''}{said.zh} / {said.en}"
