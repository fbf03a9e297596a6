"""What a run is asked for, and whether the item offers it: scale, seed, events and weights."""

import dataclasses
import inspect
import pathlib

from keras_hep.suite import event_files, record
from keras_hep.suite.calorimeter_files import EXAMPLE, require_published
from keras_hep.suite.catalog import InvalidScript


class InvalidRun(ValueError):
    """A run was asked for what the item does not offer: the message names the allowed values."""


def on_events(item, data):
    """Return the item on the events that `data` stands for; their files are looked for, not read.

    Args:
        item: `keras_hep.suite.catalog.Item`.
        data: str. "simulation", or the prefix of genuine event files, a path such as "folder/event000000001", or a
            folder of calorimeter files; either also relative to the folder that the environment variable KERAS_HEP_DATA
            names.

    Returns:
        The item itself for the simulation, else one with `events` and `prefix`.

    Raises:
        InvalidRun: if there are no such files, or the last part of the path is no name of events.
        InvalidShowers: if a calorimeter file was written by this package, or is damaged.
    """
    if data == event_files.SIMULATION:
        return item
    looked_for = event_files.candidates(data)
    for path in filter(event_files.exist, looked_for):
        if event_files.is_folder(path):
            require_published(path)
        return dataclasses.replace(item, events=events_name(str(path)), prefix=str(path))
    files = " and ".join(f"{path}-hits.csv" for path in looked_for)
    hint = "" if len(looked_for) > 1 else f"; {event_files.VARIABLE} names no other folder"
    raise InvalidRun(
        f"--data must be {event_files.SIMULATION!r}, the prefix of event files or a folder of calorimeter files, "
        f"got {data!r}: looked for files like {files}, or like {EXAMPLE} in a folder of that name{hint}."
    )


def stored_on(items, data):
    """Return the items whose script takes data, as they were run on the events that `data` stands for.

    Args:
        items: list of `keras_hep.suite.catalog.Item`.
        data: str. "simulation" (the items are returned as they are), a path as in `on_events`, or the bare name of
            events whose files need not be at hand: stored results are asked for.

    Raises:
        InvalidRun: if the last part of `data` is no name of events, or none of the items takes data.
    """
    events = events_name(data)
    if not events:
        return items
    prefix = next(filter(event_files.exist, event_files.candidates(data)), "")
    chosen = [dataclasses.replace(item, events=events, prefix=str(prefix)) for item in items if _may_take_data(item)]
    if not chosen:
        names = ", ".join(item.id for item in items) or "none"
        raise InvalidRun(f"--data needs an item that can be run on genuine events, got {names}: leave it out.")
    return chosen


def _may_take_data(item):
    try:
        return item.takes_data
    except InvalidScript:
        return True  # what is wrong with it is told where it is used


def events_name(data):
    """Return the name of the events that `data` (str, a name or a path) stands for; "" for the simulation.

    Raises:
        InvalidRun: if it is no name.
    """
    name = pathlib.PurePath(data).name
    if data == event_files.SIMULATION:
        return ""
    if not record.EVENTS.fullmatch(name):
        allowed = "a name of letters, digits, - and _ that is no kind of data"
        raise InvalidRun(f"The last part of --data must be {allowed}, got {name!r}: rename the files or their folder.")
    return name


def require_offered(item, scale):
    """Raise `InvalidRun` unless the script of the item has the scale, and takes data if it is asked for events."""
    if scale not in item.scales:
        allowed = ", ".join(item.scales)
        raise InvalidRun(f"The scale of {item.id} must be one of {allowed}, got {scale!r}.")
    if item.events and not item.takes_data:
        remedy = f"leave out --data, or give reproduce() of {item.path} a parameter `data`"
        raise InvalidRun(f"The data of {item.id} must be {event_files.SIMULATION!r}, got {item.events!r}: {remedy}.")
    if item.events and not item.prefix:
        raise InvalidRun(f"A run of {item.label} needs the files of {item.events}, got none: give their path.")


def arguments(item, script, scale, seed):
    """Return the keyword arguments of `reproduce`: those of the scale, the seed and the events where it takes them."""
    chosen = dict(item.scales[scale]) | ({"data": item.prefix} if item.events else {})
    parameters = inspect.signature(script.reproduce).parameters
    if "seed" not in parameters:
        return chosen
    default = chosen.get("seed", parameters["seed"].default)
    if seed is None and default is inspect.Parameter.empty:
        raise InvalidRun(f"reproduce() of {item.id} has no default seed: give --seed, or a default in {item.path}.")
    return {**chosen, "seed": default if seed is None else seed}


def stored_weights(item, weights):
    """Return the folders to read weights from, or None to train."""
    if weights is None:
        return None
    folder = item.recorded_path.parent if weights == "recorded" else pathlib.Path(weights).absolute()
    if weights != "recorded" and not folder.is_dir():
        raise InvalidRun(f"weights must be 'recorded' or an existing folder, got {str(weights)!r}.")
    return [folder]
