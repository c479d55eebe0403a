"""What dialects of Markdown take for more than text, beyond CommonMark and its tables.

GitHub sets formulas and emoji. Zensical has a score of extensions of Python-Markdown on by itself, and MkDocs
with its Material theme is mostly given the same. Jekyll and macro plugins read templates. Each form begins
with a character that can be escaped, so that a text shows as it was typed whatever reads it.
"""

EXTENDED = (
    r"\$(?=\$|[^\s$](?:[^$]*[^\s$])?\$)"  # $formulas$
    r"|\+(?=\+\S.*\+\+)|\+(?<=\+\+)(?=\S.*\+\+)|\+(?=/-)"  # ++keys++, and plus or minus
    r"|=(?==[^\s=].*==)|=(?=/=)"  # ==marks==, and unequal
    r"|\^(?=[^\s^]+\^|\^[^\s^].*\^\^)"  # ^superscript^, ^^inserted^^
    r"|:(?<!\w:)(?=(?:[a-z]\w|[+-]1|100|1234)[\w+-]*:)"  # :emoji:
    r"|\((?=(?:c|r|tm)\))"  # signs of copyright and trade marks
    r"|-(?=->)|<(?=--)"  # arrows
    r"|/(?:(?<=1/)(?=[2-68](?!\d))|(?<=2/)(?=[35](?!\d))|(?<=3/)(?=[458](?!\d))|(?<=4/)(?=5(?!\d))"
    r"|(?<=5/)(?=[68](?!\d))|(?<=7/)(?=8(?!\d)))(?<!\d\d/)|/(?<=\bc/)(?=o\b)"  # fractions, care of
    r"|\{(?=[{%#:]|\.[\w-]|[\w-]+=)|\{(?<=\{\{)"  # {.attributes}, {{ templates }}, {% tags %}
    r"|\{(?<=\s\{)(?=.*\}\s*$)"  # whatever ends in braces: attributes of its cell
)
"""The first character of each form, with what makes it one."""
EXTENDED_SIGNS = r"[$^{]|\+[+/]|=[=/]|->|<--|\([crt]|[1-7]/[2-68]|\bc/o|:[a-z+1-]"
"""One of them stands in every text that has such a form."""
