"""From a trained network to a package that the program reads with.

export      the digits' package: calibrated, written, checked, described
describe    the description of networks whose windows are evidence
onnx_file   the network as ONNX, with the same logits
"""
