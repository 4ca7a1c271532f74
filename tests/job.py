"""A shell's part: the terminal is given to a program in a group of its own, which can be stopped and continued.

`python job.py COMMAND ...` on a terminal; says `stopped N` and `ended N` on descriptor 3, and waits for a line there
before a stopped program gets the terminal back.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import sys
import termios


def main() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # so that a group in the background may give the terminal away
    with socket.socket(fileno=3) as control:
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            control.close()
            os.execvp(sys.argv[1], sys.argv[1:])
        modes = termios.tcgetattr(0)
        control.send(b"%d" % child)
        while True:
            _, status = os.waitpid(child, os.WUNTRACED)
            os.tcsetpgrp(0, os.getpgrp())
            if not os.WIFSTOPPED(status):
                same = termios.tcgetattr(0) == modes
                control.send(b"ended %d %d" % (os.waitstatus_to_exitcode(status), same))
                return
            control.send(b"stopped %d %d" % (os.WSTOPSIG(status), termios.tcgetattr(0) == modes))
            if not control.recv(64):
                return
            os.tcsetpgrp(0, child)
            os.killpg(child, signal.SIGCONT)


if __name__ == "__main__":
    main()
