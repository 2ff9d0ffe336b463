"""Forms as data: one definition gives the page, the checks, the API's schema, the import table and the printed blank.

``fields`` says what kinds of fields there are, ``definition`` how they make a form, ``checking`` what holds of answers,
``posted`` and ``table`` read answers from a page and from a spreadsheet, ``showing`` puts fields and answers into words,
``schema`` gives the JSON Schema.
"""
