"""What a front end on a terminal does once it knows what was said: the call, its words, what commands do.

`log`, `work`, `facts`, `journals` and `corrections` hold what the recording commands do, each under its
command's name. Who reads the command line, `cli` with click or `fast` without, calls them.
"""
