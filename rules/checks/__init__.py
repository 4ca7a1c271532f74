"""The rules, one module each, in a package per thing that they look at."""
