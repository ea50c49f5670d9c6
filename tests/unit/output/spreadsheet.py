"""Has LibreOffice open a CSV file and prints its rows as JSON: spreadsheet.py FILE.csv

With what its import dialog proposes (comma, double quote, UTF-8): without a dialog it takes every file for Windows-1252.
"""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def rows_of(document):
    for row in document.iter(TABLE + "table-row"):
        cells = []
        for cell in row.iter(TABLE + "table-cell"):
            text = "\n".join("".join(paragraph.itertext()) for paragraph in cell.iter(TEXT + "p"))
            cells += [text] * int(cell.get(TABLE + "number-columns-repeated", "1"))
        yield cells


with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--infilter=Text - txt - csv (StarCalc):44,34,76",
                    "--convert-to", "fods", "--outdir", folder, sys.argv[1]],
                   check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, HOME=folder))
    name = os.path.splitext(os.path.basename(sys.argv[1]))[0] + ".fods"
    header, *rows = rows_of(tree.parse(os.path.join(folder, name)).getroot())
width = header.index("") if "" in header else len(header)
rows = [(row + [""] * width)[:width] for row in rows]
print(json.dumps([dict(zip(header[:width], row)) for row in rows if any(row)]))
