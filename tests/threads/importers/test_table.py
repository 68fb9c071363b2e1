"""Tables: columns found by name or said, rows of a thread together, numbers beside answers."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from compare.errors import ImportFormatError
from compare.threads.importers import Options, Reading, read_bytes
from tests.threads.importers.files import only, said

ROWS = [["ticket_id", "sender", "message", "position"], ["7", "customer", "Where, exactly?", "1"],
        ["8", "customer", "Hello?", "1"], ["7", "agent", 'In "Lisbon"\ntoday.', "2"],
        ["8", "bot", "Hi.", "2"]]  # fmt: skip


def written(rows: list[list[str]], delimiter: str = ",") -> bytes:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    return "\r\n".join(delimiter.join(row) for row in quoted).encode()


def workbook(rows: list[list[str]]) -> bytes:
    """The smallest workbook that spreadsheets write: one sheet with its texts in the cells."""
    cells = "".join(
        f'<row r="{r}">' + "".join(
            f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
            for c, cell in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, start=1)
    )  # fmt: skip
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Chats" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def check(reading: Reading) -> None:
    assert [(t.source_ref, said(t)) for t in reading.threads] == [
        ("7", [("user", "Where, exactly?"), ("assistant", 'In "Lisbon"\ntoday.')]),
        ("8", [("user", "Hello?"), ("assistant", "Hi.")]),
    ]
    assert reading.kind == "table"


@pytest.mark.parametrize(("delimiter", "name"), [(",", "x.csv"), (";", "x.csv"), ("\t", "x.tsv"), ("|", "x.csv")])
def test_rows_of_a_thread_need_not_stand_together(delimiter: str, name: str) -> None:
    check(read_bytes(written(ROWS, delimiter), source=name))


def test_a_workbook_is_a_table() -> None:
    check(read_bytes(workbook(ROWS), source="x.xlsx"))


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(ImportFormatError, match=r"x\.xlsx cannot be read as an Excel workbook"):
        read_bytes(b"PK\x03\x04 broken", source="x.xlsx")


def test_the_order_of_a_column_comes_before_that_of_the_file() -> None:
    rows = [ROWS[0], ["7", "agent", "second", "2024-06-01T10:00:05"], ["7", "customer", "first", "2024-06-01 10:00:00"]]
    assert said(only(read_bytes(written(rows), source="x.csv"))) == [("user", "first"), ("assistant", "second")]


def test_numbers_are_put_in_order_as_numbers() -> None:
    rows = [ROWS[0], *[["7", "customer", f"m{n}", str(n)] for n in (10, 9, 100, 1)]]
    assert [m.text for m in only(read_bytes(written(rows), source="x.csv")).messages] == ["m1", "m9", "m10", "m100"]


def test_columns_can_be_said() -> None:
    rows = [["Nr", "Wer", "Was"], ["1", "Kunde", "Hallo?"], ["1", "Berater", "Ja."]]
    options = Options(columns={"thread": "Nr", "role": "Wer", "text": "Was"})
    thread = only(read_bytes(written(rows), source="x.csv", options=options))
    assert said(thread) == [("user", "Hallo?"), ("assistant", "Ja.")]


def test_columns_that_are_not_there_or_make_no_thread_are_told() -> None:
    with pytest.raises(ImportFormatError, match=r"x\.csv has no column 'Wo'; its columns are a, b\."):
        read_bytes(b"a,b\n1,2\n", source="x.csv", options=Options(columns={"text": "Wo"}))
    with pytest.raises(ImportFormatError, match=r"x\.csv has the columns a, b, and none of them are known as messages"):
        read_bytes(b"a,b\n1,2\n", source="x.csv")
    with pytest.raises(ImportFormatError, match="A column cannot be 'speaker'; it can be thread, role"):
        Options(columns={"speaker": "a"})


def test_questions_and_answers_with_numbers() -> None:
    rows = [["prompt", "response", "model", "latency_ms", "prompt_tokens", "cost_usd"],
            ["hi", "Hello.", "gpt-4o", "812", "12", "$0.0003"], ["", "x", "", "", "", ""],
            ["bye", "", "", "", "", ""]]  # fmt: skip
    reading = read_bytes(written(rows), source="x.csv")
    assert [said(t) for t in reading.threads] == [[("user", "hi"), ("assistant", "Hello.")], [("user", "bye")]]
    (known,) = reading.threads[0].recorded
    assert (known.model_served, known.total_ms, known.in_reported, str(known.cost_usd)) == (
        "gpt-4o",
        812.0,
        12,
        "0.0003",
    )
    assert [(r.line, r.unit, r.reason) for r in reading.refused] == [(3, "row", "the question is empty.")]
    assert (reading.n_read, reading.n_kept) == (3, 2)


def test_an_unknown_role_costs_its_row_only() -> None:
    rows = [ROWS[0], ["7", "customer", "hi", "1"], ["7", "narrator", "Meanwhile", "2"]]
    reading = read_bytes(written(rows), source="x.csv")
    assert said(reading.threads[0]) == [("user", "hi")]
    assert reading.refused[0].reason == "the role 'narrator' is not known; user, assistant, system and tool are."


def test_a_table_in_another_encoding() -> None:
    raw = "role,text\nuser,Wo ist die Größe?\nassistant,Für Sie: hier.\n".encode("cp1252")
    assert said(only(read_bytes(raw, source="x.csv")))[0] == ("user", "Wo ist die Größe?")
