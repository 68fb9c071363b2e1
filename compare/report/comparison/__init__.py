"""One comparison as a file to keep or to send: Markdown, JSON, or a page that needs nothing but itself.

`gathered.py` reads everything once; `markdown.py`, `as_json.py` and `page.py` write it down; `export.py` is the door.
"""
