"""Figure 6 of Belayneh et al.: generator and discriminator of 3DGAN, layer by layer.

Source    Belayneh et al., Eur. Phys. J. C 80 (2020) 688, arXiv:1912.06794, Section 4.1 and Figure 6; the authors'
          public code
Data      none: shapes and parameters are read off the built networks
Cost      smoke, quick and full 2 s (1 CPU core, 0.6 GB)
Expect    254 latent numbers, images of 51 x 51 x 25 cells; convolutions of 64, 6, 6 and 1 filters in the generator and
          of 16, 8, 8 and 8 in the discriminator; 1,607,348 and 87,402 parameters
Differs   the article leaves the dense layer, paddings and the sizes of the upsamplings open: they follow the authors'
          public code
Beyond    the other generator of that code, with a single upsampling, 1,365,047 parameters; multiplications; the cropped
          generator, ours, that stands for the published one at quick
"""

from keras_hep.suite import figures
from keras_hep.suite.generated_showers import architectures
from keras_hep.suite.record import Result

SCALES = {"smoke": {}, "quick": {}, "full": {}}


def reproduce(seed=7):
    networks = architectures.built()
    quantities = architectures.ends(networks)
    for name, network in networks.items():
        quantities += architectures.counts(name, network)
        quantities += architectures.convolutions(name, network) + architectures.kinds(name, network)
    return Result(quantities, data="none")


def draw(result, reference):
    networks = architectures.built()
    figure, panels = figures.panels(columns=len(networks), aspect=2.6)
    for axes, (name, network) in zip(panels, networks.items(), strict=True):
        figures.network_diagram(axes, architectures.boxes(name, network))
        axes.set_ylim(-0.5, max(len(architectures.boxes(*one)) for one in networks.items()) - 0.5)
        parameters = result.quantities[f"{name}_parameters"].value
        axes.set_title(f"{architectures.NAMES[name]}\n{parameters:,} parameters", loc="center")
    return figure
