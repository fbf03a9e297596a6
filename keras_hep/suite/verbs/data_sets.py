"""`keras-hep data`: build or verify one data set."""

from keras_hep import data as data_sets
from keras_hep.suite import catalog
from keras_hep.suite.verbs.errors import DONE, FAILED, MISUSE, complain, missing_package, sentence


def data(arguments):
    """Build or verify the named data set, print its path, licence and citation, and return the exit code."""
    folder = catalog.find_root() / "datasets"
    names = sorted(path.parent.name for path in folder.glob("*/*_dataset_builder.py"))
    if arguments.name.partition("/")[0] not in names:
        hint = catalog.suggestion(arguments.name, names)
        known = ", ".join(names) or "none"
        raise catalog.UnknownItem(f"No data set is called {arguments.name!r}:{hint} there are {known}.")
    try:
        path = data_sets.build(arguments.name, data_dir=arguments.data_dir, manual_dir=arguments.manual_dir)
        described = data_sets.describe(arguments.name, data_dir=arguments.data_dir)
    except ModuleNotFoundError as error:
        complain(missing_package(error) or sentence(error))
        return MISUSE
    except data_sets.UnknownDataset as error:
        complain(sentence(error))
        return MISUSE
    except (OSError, ValueError, AssertionError) as error:  # TFDS answers absent manual files with AssertionError
        complain(f"{arguments.name}: {sentence(error)}")
        return FAILED
    print(f"{arguments.name}: {path}")
    print(f"licence: {described['licence']}")
    print(f"citation:\n{described['citation']}")
    return DONE
