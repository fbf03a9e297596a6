"""Table 1 of Belayneh et al.: cells and lengths of the CLIC, ATLAS and CMS calorimeters, as resampling uses them.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Table 1
Data      none: the constants of the library
Cost      smoke, quick and full 1 s (1 CPU core, 0.2 GB)
Expect    the published numbers to their last digit
Differs   nothing
Beyond    what the table's lengths are of (tungsten, liquid argon, lead tungstate, each alone) and those of the whole
          CLIC stack, 1.7 times the radiation length and 1.5 times the Moliere radius
"""

from keras_hep.calorimetry.geometry import ECAL
from keras_hep.suite import figures
from keras_hep.suite import resampling_measurements as measurements
from keras_hep.suite.record import Result

SCALES = {"smoke": {}, "quick": {}, "full": {}}
ROWS = {
    "eta_cell": r"$\Delta\eta$",
    "phi_cell": r"$\Delta\phi$ [rad]",
    "radiation_length": "$X_0$ [cm]",
    "moliere_radius": "$R_M$ [cm]",
}
COLUMNS = {"clic": "CLIC", "atlas_1": "ATLAS 1", "atlas_2": "ATLAS 2", "atlas_3": "ATLAS 3", "cms": "CMS"}


def reproduce(seed=7):
    return Result(measurements.geometries() + measurements.stack_lengths() + measurements.scales(), data="none")


def draw(result, reference):
    figure, (table, cells) = figures.panels(rows=2, width=figures.DOUBLE, aspect=0.36)
    names = {f"{row}_{column}": (ROWS[row], COLUMNS[column]) for row in ROWS for column in COLUMNS}
    ours = {place: result.quantities[name] for name, place in names.items()}
    theirs = reference and {place: reference.quantities[name] for name, place in names.items()}
    for row in ("radiation_length", "moliere_radius"):
        ours[ROWS[row], "CLIC stack"] = result.quantities[f"stack_{row}"]
    figures.comparison_table(table, tuple(ROWS.values()), (*COLUMNS.values(), "CLIC stack"), ours, theirs)
    figures.cell_sizes(cells, sizes(result))
    figures.legend(cells, loc="upper right")
    return figure


def sizes(result):
    """Widths along eta and phi in Moliere radii of the table, cells of 5.1 mm of CLIC being 0.55 wide."""
    clic = ECAL.cell / 10 / result.quantities["moliere_radius_clic"].value
    scales = {name.removeprefix("scale_"): each.value for name, each in result.quantities.items() if "scale_" in name}
    pairs = {"CLIC": (1.0, 1.0), "CMS": (scales["cms"],) * 2, "ATLAS 2": (scales["atlas_2"],) * 2}
    pairs |= {f"ATLAS {layer}": (scales[f"atlas_{layer}_phi"], scales[f"atlas_{layer}_eta"]) for layer in (1, 3)}
    return {name: (clic * eta, clic * phi) for name, (phi, eta) in pairs.items()}
