"""What halb.pyz starts with, its `__main__`: chooses the command, unpacks once, and runs.

Written in what Python 3.6 understands, so that an old one gets to say which one is needed. The archive is unpacked into
the user's cache, as Python keeps what it has compiled only beside real files; where nothing can be written, the program
runs from the archive itself, a second or two slower.
"""

import os
import sys

BUILD = "@BUILD@"
NEEDED = (3, 11)
NEWEST_ASKED = 20
KEPT = 2  # other builds that stay unpacked: one of them may be running
COMMANDS = {"lint": "rules.command.start", "wizard": "wizard.commands.start"}
USAGE = """\
usage: halb.pyz lint [OPTIONS] [PATH ...]
       halb.pyz wizard [DIR | COMMAND] [OPTIONS]

A link or a copy named halb-lint or halb-wizard is that command:

  install -m 755 halb.pyz /usr/local/bin/halb-lint
  ln -s halb-lint /usr/local/bin/halb-wizard
"""


def main() -> None:
    """Run the command that the arguments or the file's name ask for; ends the process."""
    if sys.version_info < NEEDED:
        run_newer_python()
    module = command_module()
    archive = os.path.dirname(os.path.abspath(__file__))
    folder = unpacked(archive)
    if folder is not None:
        sys.path[:] = [folder, *(path for path in sys.path if os.path.abspath(path) != archive)]
    from importlib import import_module

    import_module(module).run()


def run_newer_python() -> None:
    """Start again with the newest Python 3 that is installed; ends the process with status 2 if none is new enough."""
    from shutil import which

    for minor in range(NEWEST_ASKED, NEEDED[1] - 1, -1):
        python = which(f"python3.{minor}")
        if python:
            os.execv(python, [python, *sys.argv])
    here = "{}.{}".format(*sys.version_info)
    sys.stderr.write(f"halb.pyz: needs Python 3.{NEEDED[1]} or newer; this is {here}, and no other one was found\n")
    sys.exit(2)


def command_module() -> str:
    """The module of the command; its word is taken out of the arguments. Ends the process if there is none."""
    name = os.path.basename(sys.argv[0])
    for word, module in COMMANDS.items():
        if name in (f"halb-{word}", f"halb-{word}.pyz"):
            return module
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word in COMMANDS:
        del sys.argv[1]
        return COMMANDS[word]
    if word in ("--help", "-h"):
        sys.stdout.write(USAGE)
        sys.exit(0)
    if word == "--version":
        sys.argv[1:] = ["--version"]
        return COMMANDS["lint"]
    what = f"unknown command '{word}'\n" if word else "say which command\n"
    sys.stderr.write(f"halb.pyz: {what}{USAGE}")
    sys.exit(2)


def unpacked(archive: str) -> "str | None":
    """The folder with this build's files, unpacked if need be; None if that can't be, or it is somebody else's."""
    root = os.path.join(cache_folder(), "halb", "app")
    folder = os.path.join(root, BUILD)
    try:
        if not os.path.isdir(folder):
            unpack(archive, root, folder)
        status = os.stat(folder)
    except (OSError, RuntimeError, ValueError):  # RuntimeError: a compression that this Python lacks
        return None
    if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
        return None
    return folder


def cache_folder() -> str:
    """Where a user's caches are."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return base if os.path.isabs(base) else os.path.join(os.path.expanduser("~"), ".cache")


def unpack(archive: str, root: str, folder: str) -> None:
    """Unpack the archive in one step: whoever starts at the same time sees all of it or nothing."""
    from shutil import rmtree
    from tempfile import mkdtemp
    from zipfile import BadZipFile, ZipFile

    there = root
    while not os.path.isdir(there):
        there = os.path.dirname(there)
    if hasattr(os, "geteuid") and os.geteuid() == 0 != os.stat(there).st_uid:
        raise PermissionError("root in the home of somebody else, who could not use the folder then")
    os.makedirs(root, mode=0o700, exist_ok=True)
    made = mkdtemp(prefix=".", dir=root)  # nobody else can enter it
    try:
        with ZipFile(archive) as packed:
            packed.extractall(made)
        try:
            os.rename(made, folder)
        except OSError:
            if not os.path.isdir(folder):  # nobody else was quicker
                raise
    except BadZipFile as error:
        raise OSError(str(error)) from error
    finally:
        rmtree(made, ignore_errors=True)
    others = [os.path.join(root, name) for name in os.listdir(root) if name[:1] != "." and name != BUILD]
    for other in sorted(others, key=os.path.getmtime)[:-KEPT]:
        rmtree(other, ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
