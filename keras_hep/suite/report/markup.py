"""HTML out of Python text, escaped unless it is already HTML."""

import html


class Markup(str):
    """Text that is HTML already; every other text is escaped where it enters a `tag`."""


VOID = frozenset({"br", "img", "input"})


def tag(name, *children, **attributes):
    """Return one element.

    Args:
        name: str.
        *children: `Markup` stands as it is, None is left out, anything else is escaped.
        **attributes: None and False are left out, True stands without a value. A final underscore is dropped
            (`class_`), underscores inside become hyphens (`data_label`).

    Returns:
        `Markup`.

    >>> tag("a", "R < 1 & more", href='?q="x"', class_="link")
    '<a href="?q=&quot;x&quot;" class="link">R &lt; 1 &amp; more</a>'
    """
    opening = name + "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Markup(f"<{opening}>")
    return Markup(f"<{opening}>{join(*children)}</{name}>")


def join(*children, between=""):
    """Return the children one after the other as `Markup`, with the text `between` them; None is left out."""
    return Markup(escape(between).join(escape(child) for child in children if child is not None))


def escape(value):
    """Return `Markup` of any value; text that cannot be written as UTF-8 gets question marks."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(str(value).encode("utf-8", "replace").decode("utf-8")))


def breakable(name):
    """Return a name that may be broken into lines behind its slashes and underscores.

    >>> breakable("a/b_c")
    'a/<wbr>b_<wbr>c'
    """
    return Markup(escape(name).replace("/", "/<wbr>").replace("_", "_<wbr>"))


def table(header, rows, **attributes):
    """Return a table that can be scrolled sideways, or that a style sheet can stack by the `data-label` of its cells.

    Args:
        header: sequence of str.
        rows: list of (cells, attributes of the row). A row with one cell spans all columns.
        **attributes: of the `table` element.
    """
    head = tag("thead", tag("tr", *(tag("th", text, scope="col") for text in header)))
    body = tag("tbody", *(tag("tr", *_cells(header, cells), **row) for cells, row in rows))
    return tag("div", tag("table", head, body, **attributes), class_="scroll")


def _cells(header, cells):
    if len(cells) == 1:
        return [tag("td", cells[0], colspan=len(header))]
    return [tag("td", cell, data_label=label) for label, cell in zip(header, cells, strict=True)]


def definitions(pairs):
    """Return a definition list of (term, description) pairs, or None if there are none."""
    return tag("dl", *(join(tag("dt", term), tag("dd", text)) for term, text in pairs)) if pairs else None


def chip(verdict):
    """Return a verdict as a coloured label that says it in words."""
    return tag("span", verdict, class_=f"chip {verdict.replace(' ', '-')}")


def _attribute(key, value):
    if value is None or value is False:
        return ""
    key = key.removesuffix("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(value)}"'
