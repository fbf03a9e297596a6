"""What frameworks print when they start is held back, unless something goes wrong."""

import os

import pytest

from keras_hep.suite import catalog, startup

CHATTER = "import os\nos.write(2, b'from the library')\n"


def item(project, add_script, body):
    add_script("toy/fig07_chatter", f'"""Figure 7: chatter."""\n{body}\nSCALES = {{}}\n\n\ndef reproduce():\n    pass')
    return next(found for found in catalog.items(project) if found.name == "fig07_chatter")


def test_chatter_is_dropped_and_stderr_works_again(project, add_script, capfd):
    assert startup.load(item(project, add_script, CHATTER)).SCALES == {}
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"


def test_chatter_is_printed_before_an_error(project, add_script, capfd):
    with pytest.raises(ZeroDivisionError):
        startup.load(item(project, add_script, CHATTER + "1 / 0"))
    assert capfd.readouterr().err == "from the library"
