"""Graph ranking: manifests of graphs, how baskets become one, and the attention network that scores them."""
