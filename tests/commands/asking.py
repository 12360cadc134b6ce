"""The command line, called in this process."""

from click.testing import CliRunner

from companion.commands import main


def asked(*words, code=0):
    """What a command prints; it ends with this exit code and without a traceback."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.output
