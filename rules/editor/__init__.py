"""What an editor is told of the files (`halb-lint --lsp`): diagnostics, fixes, names, hovers, completion, outlines.

Everything but `server` is a function of a run on the texts as the editor has them by now, and a place in one of them.
"""
