"""Facts for the readers of a night: what each cost centre bears, who is counted where, and the pages that say so.

`sql/` makes the report tables; `queries/` reads a sealed batch for the pages; `render` writes the files.
"""
