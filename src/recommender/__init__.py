"""Cross-sell for telecoms: rank ancillary products by fit, and make no offer over an open complaint."""
