"""What a front end on a terminal needs besides its reading of the command line: the call, and its words."""
