"""The interaction network once more, built of TensorFlow GNN's own layers."""

import numpy as np

from keras_hep.graphs import tfgnn


def interaction_network_twin(model, node_set="hits", edge_set="segments", node_feature="features", edge_feature=None):
    """Build the twin of an interaction network in TensorFlow GNN: other layers, the same weights, the same output.

    It serves users of TensorFlow GNN, and it is an independent check of our layers. Nothing is shared: training one
    leaves the other as it is.

    Args:
        model: `keras_hep.models.InteractionNetwork`, with the weights that the twin shall have.
        node_set: str. Name of the nodes in the graph tensor.
        edge_set: str. Name of the edges.
        node_feature: str. Feature of the nodes that the network reads; the graph tensor may have others.
        edge_feature: str or None. Likewise of the edges; None: named like that of the nodes.

    Returns:
        `tf_keras.Model`: from a scalar graph tensor, of any number of components, to a float32 tensor of shape
        (edges, 1), the logits.

    Raises:
        ImportError: as `keras_hep.graphs.tfgnn.libraries`.
        ValueError: if the model is another one.

    Example:

    >>> import keras
    >>> from keras_hep.graphs.graph import Graph
    >>> from keras_hep.models import InteractionNetwork
    >>> graph = Graph({"features": np.ones((2, 5), "f4")}, {"features": np.ones((1, 6), "f4")}, [0], [1])
    >>> twin = interaction_network_twin(InteractionNetwork(5, 6, hidden_units=8, rounds=2))
    >>> twin(tfgnn.to_graph_tensor(graph)).shape.as_list()
    [1, 1]
    """
    tensorflow, gnn = tfgnn.libraries()
    layers = gnn.keras.layers
    widths = _widths(model)
    copies = _Copies(model, tensorflow.keras)
    names = {"node_set": node_set, "edge_set": edge_set}
    edge_feature = edge_feature or node_feature
    of_nodes = {node_feature: ((widths["node_features"],), "float32")}
    of_edges = {edge_feature: ((widths["edge_features"],), "float32")}
    spec = tfgnn.spec_of_features(of_nodes, of_edges, **names).relax(num_components=True)
    tensor = tensorflow.keras.Input(type_spec=spec, name="graph")
    nodes = layers.Readout(node_set_name=node_set, feature_name=node_feature, name="node_features")(tensor)
    edges = layers.Readout(edge_set_name=edge_set, feature_name=edge_feature, name="edge_features")(tensor)
    state = tensor.replace_features(
        node_sets={node_set: {gnn.HIDDEN_STATE: copies.update("node_encoder")(nodes)}},
        edge_sets={edge_set: {gnn.HIDDEN_STATE: copies.update("edge_encoder")(edges)}},
    )
    for number in range(1, widths["rounds"] + 1):
        state = _round(gnn, state, copies, f"round_{number}", **names)
    head = layers.EdgeSetUpdate(layers.NextStateFromConcat(copies.head()))
    state = layers.GraphUpdate(edge_sets={edge_set: head}, name="head_edges")(state)
    return tensorflow.keras.Model(tensor, layers.Readout(edge_set_name=edge_set, name="scores")(state))


def _round(gnn, state, copies, name, node_set, edge_set):
    """Return the graph with the states of edges and nodes after one round of messages."""
    layers = gnn.keras.layers
    edges = layers.EdgeSetUpdate(layers.ResidualNextState(copies.edge_update(f"{name}_edge")))
    state = layers.GraphUpdate(edge_sets={edge_set: edges}, name=f"{name}_edges")(state)
    # A NodeSetUpdate takes one input per edge set, but the nodes read two sums: both become features of the nodes.
    ends = {"incoming": gnn.TARGET, "outgoing": gnn.SOURCE}
    hidden = layers.Readout(edge_set_name=edge_set)(state)
    messages = {way: copies.message(f"{name}_{way}_message")(hidden) for way in ends}
    state = state.replace_features(edge_sets={edge_set: {gnn.HIDDEN_STATE: hidden, **messages}})
    sums = {
        way: layers.Pool(end, "sum", edge_set_name=edge_set, feature_name=way, name=f"{name}_{way}")(state)
        for way, end in ends.items()
    }
    features = {gnn.HIDDEN_STATE: layers.Readout(node_set_name=node_set)(state), **sums}
    state = state.replace_features(node_sets={node_set: features})
    residual = layers.ResidualNextState(copies.update(f"{name}_node"))
    nodes = layers.NodeSetUpdate({}, residual, node_input_feature=list(features))
    return layers.GraphUpdate(node_sets={node_set: nodes}, name=f"{name}_nodes")(state)


def _widths(model):
    """Return the arguments that the model was made with."""
    arguments = model.get_config()
    missing = {"node_features", "edge_features", "hidden_units", "rounds"} - set(arguments)
    if missing:
        raise ValueError(
            f"Only an InteractionNetwork has a twin, got a {type(model).__name__} without {sorted(missing)}."
        )
    return arguments


class _Copies:
    """Layers of Keras 2 with the weights of the layers of a Keras 3 model that have the same name."""

    def __init__(self, model, keras2):
        self.model, self.layers, self.sequential = model, keras2.layers, keras2.Sequential

    def update(self, name):
        """Return the network of one hidden layer that updates a state: dense, ReLU, dense, layer normalisation."""
        return self._update(name, self._dense(f"{name}_hidden", "relu"))

    def edge_update(self, name):
        """Return the same where the hidden layer is an `EdgeDense`."""
        return self._update(name, self._edge_dense(f"{name}_hidden"))

    def message(self, name):
        """Return the dense layer that forms the message of an edge."""
        return self._network(name, [self._dense(name, "relu")])

    def head(self):
        """Return the network that scores an edge."""
        return self._network("head", [self._edge_dense("head_hidden"), self._dense("logits")])

    def _update(self, name, hidden):
        normalisation = self.model.get_layer(f"{name}_normalisation")
        copy = self.layers.LayerNormalization(epsilon=normalisation.epsilon, name=normalisation.name)
        return self._network(name, [hidden, self._dense(f"{name}_dense"), (copy, normalisation.get_weights())])

    def _network(self, name, layers_and_weights):
        network = self.sequential([layer for layer, _ in layers_and_weights], name=name)
        network.build((None, len(layers_and_weights[0][1][0])))
        for layer, weights in layers_and_weights:
            layer.set_weights(weights)
        return network

    def _dense(self, name, activation=None):
        """Return a dense layer and its weights."""
        source = self.model.get_layer(name)
        return self.layers.Dense(source.units, activation, name=name), source.get_weights()

    def _edge_dense(self, name):
        """Return a dense layer, and its weights for [edge, sender, receiver]: so TensorFlow GNN concatenates."""
        layer, (kernel, bias) = self._dense(name, "relu")
        width = self.model.get_config()["hidden_units"]
        of_receiver, of_sender, of_edge = np.split(kernel, [width, 2 * width])
        return layer, [np.concatenate([of_edge, of_sender, of_receiver]), bias]
